import { local, recipe, seed, selfPath, text } from 'zilch';
import { busybox, musl, tinycc } from '../sources.js';

const tcc = seed('tcc', { from: tinycc });

const program = local(import.meta.url, '.', { name: 'stage1', only: ['stage1.c'] });

export const stage1 = recipe({
  name: 'stage1',
  outputs: ['protobusybox', 'protomusl', 'tinycc'],
  builder: tcc,
  args: ['-nostdinc', '-nostdlib', '-run', text`${program}/stage1.c`, tcc, program, musl, tinycc, busybox, selfPath('protobusybox'), selfPath('protomusl'), selfPath('tinycc')],
});
