/** A kit that lies on this machine: what a bare machine needs of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHex } from '../recipe/index.js';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { SEED_BYTES } from './export-kit.js';

/** What a kit has made on a running system, and what it has mounted there. */
const OF_ANOTHER_RUN = new Set(['seed', 'nix', 'made', 'dev', 'proc', 'registration']);

export interface KitFolder {
  /** The names at its top that belong to it. */
  readonly names: readonly string[];
  /** The bytes that its seed.hex stands for. */
  readonly seed: Buffer;
}

/** Whether a folder is a kit. */
export function isKit(folder: string): boolean {
  return ['seed.hex', 'init', 'steps'].every((name) => existsSync(join(folder, name)));
}

/** Reads a kit. */
export function readKit(folder: string): Result<KitFolder> {
  const text = attempt('read', folder, () => ({ names: readdirSync(folder), hex: readFileSync(join(folder, 'seed.hex'), 'latin1') }));
  if (!text.ok) return text;
  const seed = readHex(text.value.hex, join(folder, 'seed.hex'), SEED_BYTES);
  if (!seed.ok) return seed;
  return ok({ names: text.value.names.filter((name) => !OF_ANOTHER_RUN.has(name)).sort(), seed: seed.value });
}
