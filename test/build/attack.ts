/** The program that hostile builders attack with. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import type { Rig } from './rig.js';

const SOURCE = fileURLToPath(new URL('attack.c', import.meta.url));

/** Why it cannot be compiled; `undefined` when it can. */
export function whyNoAttack(): string | undefined {
  return spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is missing';
}

/** Compiles `attack.c` and adds it to a rig's store, as bin/attack: give it to scripts as a source. */
export async function attackIn(rig: Rig): Promise<StorePath> {
  const tree = mkdtempSync(join(tmpdir(), 'zilch-attack-'));
  mkdirSync(join(tree, 'bin'));
  execFileSync('gcc', ['-static', '-O1', '-o', join(tree, 'bin/attack'), SOURCE]);
  const attack = unwrap(await rig.store.addTree('attack', tree));
  rmSync(tree, { recursive: true });
  return attack;
}
