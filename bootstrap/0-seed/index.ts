import { hexProgram, local, recipe, selfPath, text, type Text } from 'zilch';
import { tinycc as tinyccTarball } from '../sources.ts';

/** All the binary there is: 170 bytes, and seed.hex says what each of them does. */
const seed = hexProgram(import.meta.url, './seed.hex', { name: 'seed', bytes: 170 });

/** From here on each step is a text that the step before compiles, and nothing else takes part: no shell, no tool of the host. */
const step1 = local(import.meta.url, './1-t/step1.hex');
const step2 = local(import.meta.url, './2-s/step2.t');

/** The parts of a program, in the order in which they are compiled. */
function files(folder: string, ...names: readonly string[]): readonly Text[] {
  const all = local(import.meta.url, folder, { only: names });
  return names.map((name) => text`${all}/${name}`);
}

/** The seed runs step 1, which makes step 2. */
export const seedS = recipe({
  name: 'seed-s',
  description: 'a compiler of S, a small part of C, by 170 bytes and a page of hexadecimal',
  builder: seed,
  args: [step1, step2, selfPath('out')],
  references: { allowed: [] },
});

export const seedCc = recipe({
  name: 'seed-cc',
  description: 'a C compiler, written in S',
  builder: seedS,
  args: [
    ...files('./3-cc', 'base.c', 'lexer.c', 'macro.c', 'directive.c', 'number.c', 'type.c', 'declare.c', 'main.c'),
    selfPath('out'),
  ],
  references: { allowed: [] },
});

const LIBC = ['process.c', 'memory.c', 'string.c', 'stream.c', 'print.c', 'integer.c', 'float.c', 'big.c'];
const headers = local(import.meta.url, './4-tinycc/include', { name: 'libc-headers' });
const libc = local(import.meta.url, './4-tinycc/libc');
const libcUnits = LIBC.map((name) => text`${libc}/${name}`);

/** The readers of tar and bzip2 are stage 1's. */
export const seedUnpack = recipe({
  name: 'seed-unpack',
  description: 'a program that unpacks a .tar.bz2',
  builder: seedCc,
  args: [
    ...['-I', headers, '-I', local(import.meta.url, '../1-stage1', { name: 'readers', only: ['bunzip2.c', 'untar.c'] })],
    ...['-o', selfPath('out'), local(import.meta.url, './4-tinycc/unpack.c'), ...libcUnits],
  ],
  references: { allowed: [] },
});

/** As it was published. */
export const tinyccSource = recipe({
  name: 'tinycc-source',
  description: "TinyCC's source, as it was published",
  builder: seedUnpack,
  args: [tinyccTarball, selfPath('out')],
  references: { allowed: [] },
});

/**
 * A static TinyCC that has `-run` and `-ar`: what stage 1 asks of its seed. The output is the program itself. TinyCC's own
 * configuration is these definitions; CONFIG_TCCBOOT leaves out bounds checking and backtraces.
 */
export const tinyccSeed = recipe({
  name: 'tinycc-seed',
  description: 'an unedited TinyCC, from 170 bytes',
  builder: seedCc,
  args: [
    ...['-DONE_SOURCE=1', '-DTCC_TARGET_X86_64', '-DCONFIG_TCC_STATIC', '-DCONFIG_TCCBOOT', '-DTCC_VERSION="0.9.27"', '-DCONFIG_TCCDIR="/"'],
    ...['-I', headers, '-I', tinyccSource],
    ...['-o', selfPath('out'), text`${tinyccSource}/tcc.c`, ...libcUnits],
  ],
  references: { allowed: [] },
});
