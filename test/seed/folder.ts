import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../cli/rig.js';

const SEED = join(CHECKOUT, 'bootstrap/0-seed');
export const READERS = ['ending.c', 'bunzip2.c', 'untar.c'];

/** Copies what climb.script wants below `parent`, the seed's bytes as anybody makes them included; gives the folder to run it in. */
export function folderToClimb(parent: string): string {
  const folder = join(parent, '0-seed');
  cpSync(SEED, folder, { recursive: true });
  mkdirSync(join(parent, '1-stage1'));
  for (const reader of READERS) cpSync(join(SEED, '../1-stage1', reader), join(parent, '1-stage1', reader));
  writeFileSync(join(folder, 'seed'), execFileSync('sh', ['-c', `sed 's/#.*//' seed.hex | xxd -r -p`], { cwd: folder }));
  chmodSync(join(folder, 'seed'), 0o755);
  return folder;
}
