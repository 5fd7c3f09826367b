import { local, recipe, seed, selfPath, sh, text } from 'zilch';
import { tinyccSeed } from '../0-seed/index.ts';
import { busybox, musl, tinycc as tinyccSource } from '../sources.ts';

const tcc = seed('tcc', { default: tinyccSeed });

/** All that is compiled by the seed alone; the rest of the folder is no business of this build. */
const program = local(import.meta.url, '.', {
  name: 'stage1-program',
  only: [
    'stage1.c',
    'system.c',
    'jobs.c',
    'ending.c',
    'gunzip.c',
    'bunzip2.c',
    'untar.c',
    'edit.c',
    'protomusl.c',
    'tinycc.c',
    'tinycc-floats.c',
    'ages.c',
    'tools',
    'protobusybox.c',
    'protobusybox.h',
    'protobusybox-config.c',
    'protobusybox-edits.c',
    'busybox',
  ],
});

/**
 * From any TinyCC to a libc, a compiler and a shell that are made of source alone. The builder is the seed: there is
 * nothing else in the sandbox to be one. It runs stage1.c, which does what a shell and make would do.
 */
export const stage1 = recipe({
  name: 'stage1',
  description: 'a shell with its programs, a C library and a C compiler, from a TinyCC and three tarballs',
  outputs: ['protobusybox', 'protomusl', 'tinycc', 'libtcc1'],
  builder: tcc,
  args: [
    '-nostdinc',
    '-nostdlib',
    '-run',
    text`${program}/stage1.c`,
    tcc,
    program,
    musl,
    tinyccSource,
    busybox,
    selfPath('protobusybox'),
    selfPath('protomusl'),
    selfPath('tinycc'),
    selfPath('libtcc1'),
  ],
  // The compiler knows where its headers and libraries are. Nothing knows itself, the seed, the sources or the program.
  references: { allowed: ['protomusl', 'libtcc1'] },
  test: (self) => ({
    shell: text`${self.protobusybox}/bin/ash`,
    path: [self.protobusybox, self.tinycc],
    env: {
      ...{ protobusybox: self.protobusybox, protomusl: self.protomusl, tinycc: self.tinycc, libtcc1: self.libtcc1 },
      defects: local(import.meta.url, './defects.c'),
    },
    script: sh`. ${local(import.meta.url, './test.sh')}`,
  }),
});

export const { protobusybox, protomusl, tinycc, libtcc1 } = stage1;
