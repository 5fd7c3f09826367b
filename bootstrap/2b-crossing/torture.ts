import { local } from 'zilch';
import { torture, tortureOfC } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/** GCC's tests once more, with the C compiler of the toolchain: of what GCC adds to C, clang has most and not all. */
export const toolchainTorture = torture({
  name: 'toolchain',
  path: [toolchain],
  compile: 'cc -w -Wno-implicit-function-declaration -Wno-implicit-int -Wno-int-conversion -Wno-return-type',
  levels: ['-O0', '-O2'],
  files: tortureOfC,
  failures: local(import.meta.url, './torture.txt'),
});
