/** The kit's builder, compiled by the ladder, as a kit does it, and by gcc. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../cli/rig.js';
import { PARTS } from '../seed/c-compiler.js';
import { Ladder, LADDER } from '../seed/ladder.js';

const PROGRAM = join(CHECKOUT, 'kit/kit/kit.c');
const LIBC = ['process', 'memory', 'string', 'stream', 'print', 'integer', 'float', 'big'].map((unit) => join(LADDER, `4-tinycc/libc/${unit}.c`));

export interface Builders {
  /** By the name of what compiled it. */
  readonly programs: ReadonlyMap<string, string>;
  readonly close: () => void;
}

/** Compiles the builder. */
export function makeBuilders(): Builders {
  const ladder = new Ladder();
  const step2 = ladder.makeStep2();
  ladder.mustRun(step2, ...PARTS, 'cc');
  ladder.mustRun(ladder.path('cc'), '-I', join(LADDER, '4-tinycc/include'), '-o', 'by-ladder', PROGRAM, ...LIBC);
  execFileSync('gcc', ['-O1', '-Wall', '-Werror', '-Wno-unused-function', '-o', ladder.path('by-gcc'), PROGRAM]);
  const programs = new Map([
    ['the ladder', ladder.path('by-ladder')],
    ['gcc', ladder.path('by-gcc')],
  ]);
  return { programs, close: () => ladder.close() };
}
