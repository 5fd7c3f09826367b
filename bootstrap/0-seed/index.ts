import { hexProgram, local, recipe, selfPath, text, type Text } from 'zilch';
import { tinycc as tinyccTarball } from '../sources.ts';

/**
 * All the binary there is: 148 bytes. seed.hex says what each of them does. From here on each step is a program that the
 * step before compiles from text. Nothing else takes part: no shell, no tool of the host.
 */
const seed = hexProgram(import.meta.url, './seed.hex', { name: 'seed', bytes: 148 });

/** Files of a folder, in the order in which they are compiled, beside the headers that they include. */
function parts(folder: string, names: readonly string[], headers: readonly string[] = []): readonly Text[] {
  const files = local(import.meta.url, folder, { only: [...names, ...headers] });
  return names.map((name) => text`${files}/${name}`);
}

const out = selfPath('out');

/** Each program is complete in itself: it names no other store path. */
const references = { allowed: [] };

export const seedS = recipe({
  name: 'seed-s',
  description: 'a compiler of S, a small part of C, by 148 bytes and a compiler in hexadecimal',
  builder: seed,
  args: [local(import.meta.url, './1-t/step1.hex'), local(import.meta.url, './2-s/step2.t'), out],
  references,
});

export const seedCc = recipe({
  name: 'seed-cc',
  description: 'a C compiler, written in S',
  builder: seedS,
  args: [
    ...parts('./3-cc', [
      ...['world.c', 'base.c', 'lexer.c', 'macro.c', 'directive.c', 'number.c', 'type.c', 'declare.c', 'declarator.c'],
      ...['initialise.c', 'fold.c', 'expression.c', 'statement.c', 'emit.c', 'float.c', 'generate.c', 'elf.c', 'main.c'],
    ]),
    out,
  ],
  references,
});

const headers = local(import.meta.url, './4-tinycc/include', { name: 'seed-headers' });
const units = ['process.c', 'memory.c', 'string.c', 'stream.c', 'print.c', 'integer.c', 'float.c', 'big.c'];
const libc = parts('./4-tinycc/libc', units, ['kernel.h', 'big.h']);

/** Its readers of bzip2 and tar are those of stage 1. */
export const seedUnpack = recipe({
  name: 'seed-unpack',
  description: 'a program that unpacks a .tar.bz2',
  builder: seedCc,
  args: [
    ...['-I', headers, '-I', local(import.meta.url, '../1-stage1', { name: 'stage1-readers', only: ['ending.c', 'bunzip2.c', 'untar.c'] })],
    ...['-o', out, local(import.meta.url, './4-tinycc/unpack.c'), ...libc],
  ],
  references,
});

export const tinyccSource = recipe({
  name: 'tinycc-source',
  description: "TinyCC's source as it was published, unpacked",
  builder: seedUnpack,
  args: [tinyccTarball, out],
  references,
});

/** What stage 1 asks of its seed: a static TinyCC that has `-run` and `-ar`. The output is the program itself. */
export const tinyccSeed = recipe({
  name: 'tinycc-seed',
  description: 'an unedited TinyCC, made from 148 bytes and text',
  builder: seedCc,
  args: ['-I', headers, '-I', tinyccSource, '-o', out, text`${tinyccSource}/tcc.c`, ...libc],
  references,
});
