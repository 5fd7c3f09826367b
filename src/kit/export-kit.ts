/** Writes the kit. Files that are the same in every kit are in the checkout's folder kit/; docs/kit.md describes it. */
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OWN_CHAIN, type PreparedChain, type PreparedTarget } from '../chain/index.js';
import { parseOutputName, storePathBaseName, type DrvPath, type StorePath } from '../formats/index.js';
import { readHex, type Source } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt, copyTree, type Store, makeDirectory } from '../store/index.js';
import type { Pins } from '../verify/index.js';
import { kitReadme } from './readme.js';
import { stepFile } from './step-file.js';

const OWN_FILES = fileURLToPath(new URL('../../kit/', import.meta.url));
const LADDER = join(OWN_CHAIN, '0-seed');
export const SEED_BYTES = 148;

/** The files of the ladder that build the kit's builder. */
const CLIMB = ['climb.t', '1-t/step1.hex', '2-s', '3-cc', '4-tinycc/include', '4-tinycc/libc'];

export interface KitExport {
  readonly store: Store;
  readonly chain: PreparedChain;
  /** Everything to build, including all needs. */
  readonly targets: readonly PreparedTarget[];
  readonly pins: Pins;
  /** Whether to put tarballs into the kit; the store must have them. */
  readonly withSources: boolean;
}

export interface KitExported {
  readonly steps: number;
  readonly sources: number;
}

/** A step and its place in the order. */
interface Step {
  readonly drvPath: DrvPath;
  /** Its name for other steps: the target's name, if it is a target. */
  readonly label: string;
  /** `07-gnumake` */
  readonly file: string;
}

/**
 * Writes `directory`, which must be new or empty. Fails with `E_EXISTS`, with `E_UNSUPPORTED` if the kit's builder
 * cannot build a derivation, and like the store.
 */
export async function exportKit(kit: KitExport, directory: string): Promise<Result<KitExported>> {
  const home = resolve(directory);
  const fresh = attempt('make', home, () => {
    makeDirectory(home);
    return readdirSync(home).length === 0;
  });
  if (!fresh.ok) return fresh;
  if (!fresh.value) return fail('E_EXISTS', `${home} is not empty`, 'name a new directory, or delete this one');
  const hex = readFileSync(join(LADDER, 'seed.hex'), 'latin1');
  const seed = readHex(hex, 'seed.hex', SEED_BYTES);
  if (!seed.ok) return seed;
  const steps = stepsOf(kit);
  const written = attempt('write', home, () => writeOwnFiles(home, hex, seed.value));
  if (!written.ok) return written;
  const texts = writeSteps(kit, steps, home);
  if (!texts.ok) return texts;
  const inputs = await writeInputs(kit, steps, home, seed.value);
  if (!inputs.ok) return inputs;
  const labels = new Set(steps.map(({ label }) => label));
  return attempt('write', home, () => {
    writeFileSync(join(home, 'pins'), pinsText(kit.pins, labels));
    writeFileSync(join(home, 'README.md'), kitReadme(steps, inputs.value));
    return { steps: steps.length, sources: inputs.value.length };
  });
}

/** Sorts derivations: each comes after those it needs, otherwise in the chain's order. */
function stepsOf({ chain, targets }: KitExport): readonly Step[] {
  const names = new Map(chain.targets.map(({ name, build }) => [build.drvPath, name]));
  const ordered = new Set<DrvPath>();
  const visit = (drvPath: DrvPath): void => {
    if (ordered.has(drvPath)) return;
    for (const input of chain.derivations.get(drvPath)!.inputDrvs.keys()) visit(input);
    ordered.add(drvPath);
  };
  for (const { build } of targets) visit(build.drvPath);
  const used = new Set<string>();
  const width = String(ordered.size).length;
  return [...ordered].map((drvPath, index) => {
    const { name } = chain.derivations.get(drvPath)!;
    const wanted = names.get(drvPath) ?? name;
    const label = used.has(wanted) ? `${wanted}-${index + 1}` : wanted;
    used.add(label);
    return { drvPath, label, file: `${String(index + 1).padStart(width, '0')}-${label}` };
  });
}

function writeOwnFiles(home: string, hex: string, seed: Buffer): void {
  cpSync(OWN_FILES, home, { recursive: true });
  for (const part of CLIMB) cpSync(join(LADDER, part), join(home, 'climb', part), { recursive: true });
  for (const folder of ['made', 'steps', 'inputs', 'sources']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'seed.hex'), hex);
  const octal = [...seed].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const start = readFileSync(join(OWN_FILES, 'start'), 'utf8').replace('@SEED@', octal);
  writeFileSync(join(home, 'start'), start);
  for (const file of ['start', 'init']) chmodSync(join(home, file), 0o755);
}

function writeSteps({ chain }: KitExport, steps: readonly Step[], home: string): Result<void> {
  const labels = new Map(steps.map(({ drvPath, label }) => [drvPath, label]));
  for (const { drvPath, file } of steps) {
    const text = stepFile(chain.derivations.get(drvPath)!, labels);
    if (!text.ok) return text;
    writeFileSync(join(home, 'steps', file), text.value);
  }
  return ok(undefined);
}

/** Writes the steps' inputs from outside, and the list of them; returns the tarballs. */
async function writeInputs(kit: KitExport, steps: readonly Step[], home: string, seed: Buffer): Promise<Result<readonly Source[]>> {
  const { chain, store } = kit;
  const paths = [...new Set(steps.flatMap(({ drvPath }) => chain.derivations.get(drvPath)!.inputSrcs))].sort();
  const lines: string[] = [];
  for (const path of paths) {
    const source = chain.sources.get(path);
    if (source !== undefined) {
      lines.push(`flat ${path} sources/${source.file} ${whereItIs(source)}\n`);
      if (!kit.withSources) continue;
      const laid = await copyTree(store.hostPath(path), join(home, 'sources', source.file));
      if (!laid.ok) return laid;
      continue;
    }
    if (isSeed(store, path, seed)) {
      lines.push(`tree ${path} seed\n`);
      continue;
    }
    const file = `inputs/${storePathBaseName(path)}`;
    lines.push(`tree ${path} ${file}\n`);
    const copied = await copyTree(store.hostPath(path), join(home, file));
    if (!copied.ok) return copied;
  }
  return attempt('write', home, () => {
    for (const folder of ['inputs', 'sources']) makeReadable(join(home, folder));
    writeFileSync(join(home, 'inputs.list'), lines.join(''));
    return paths.flatMap((path) => chain.sources.get(path) ?? []);
  });
}

/** Everyone who gets the kit may read it, whoever wrote it. */
function makeReadable(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
  if (stat.isDirectory()) for (const name of readdirSync(path)) makeReadable(join(path, name));
}

function isSeed(store: Store, path: StorePath, seed: Buffer): boolean {
  const file = store.hostPath(path);
  const stat = lstatSync(file);
  return stat.isFile() && stat.size === seed.length && readFileSync(file).equals(seed);
}

function whereItIs({ locations: [first] }: Source): string {
  switch (first?.kind) {
    case undefined:
      return '';
    case 'debian':
      return `debian:${first.path}`;
    case 'url':
      return first.url;
  }
}

/** `step^output path hash size`, a line each. */
function pinsText(pins: Pins, labels: ReadonlySet<string>): string {
  return [...pins]
    .filter(([key]) => labels.has(parseOutputName(key).of))
    .map(([key, { path, narHash, narSize }]) => `${key} ${path} ${narHash} ${narSize}\n`)
    .join('');
}
