/**
 * Gets Nix in a version of one's choice without installing it: unpacks Debian's packages into a folder of the cache, where
 * its programs run with their own libraries. Run as a program, `npx jiti test/support/nixes/install.ts`, it gets all.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { source } from '../../../src/recipe/index.js';
import { ok, unwrap, type Result } from '../../../src/result.js';
import { fetchSources } from '../../../src/sources/index.js';
import { removeTree, Store } from '../../../src/store/index.js';
import { listFile, readList, TESTED_NIXES } from './versions.js';

const CACHE = join(homedir(), '.cache/zilch/nix');

/** Where libraries lie in Debian's packages, before and after it merged /lib into /usr/lib. */
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];
const LOADERS = ['usr/lib64/ld-linux-x86-64.so.2', 'lib64/ld-linux-x86-64.so.2'];

/** The folder of a version's programs, if it was unpacked, from the files that are listed today. */
export function unpackedNix(version: string): string | undefined {
  const home = join(CACHE, version);
  const isWhole = existsSync(join(home, 'list')) && readFileSync(join(home, 'list')).equals(readFileSync(listFile(version)));
  return isWhole ? join(home, 'bin') : undefined;
}

/** The folder of a version's programs; fetches and unpacks what is not there. Fails with `E_FETCH`. */
export async function installNix(version: string): Promise<Result<string>> {
  const there = unpackedNix(version);
  if (there !== undefined) return ok(there);
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, `${version}.`));
  try {
    const root = join(scratch, 'root');
    const unpacked = await unpack(version, join(scratch, 'store'), root);
    if (!unpacked.ok) return unpacked;
    const home = join(CACHE, version);
    writePrograms(root, home);
    await promisify(execFile)(join(root, 'test-run'), ['--version']);
    rmSync(join(root, 'test-run'));
    writeFileSync(join(root, 'list'), readFileSync(listFile(version)));
    replace(root, home, join(scratch, 'old'));
    return ok(join(home, 'bin'));
  } finally {
    await removeTree(scratch);
  }
}

/** A store fetches them, because it checks sizes and hashes. */
async function unpack(version: string, storeRoot: string, root: string): Promise<Result<void>> {
  const store = unwrap(Store.open(storeRoot, { create: true }));
  try {
    const files = readList(version).map(({ sha256, size, path }) =>
      // Names of Debian's files may have letters that those of store paths may not.
      source({ name: 'package', version: '0', file: `${sha256.slice(0, 16)}.deb`, size, sha256, debian: path }),
    );
    const fetched = await fetchSources(files, { store });
    if (!fetched.ok) return fetched;
    for (const path of fetched.value.values()) await promisify(execFile)('dpkg-deb', ['--extract', store.hostPath(path), root]);
    return ok(undefined);
  } finally {
    store.close();
  }
}

/**
 * Programs that start Nix's through the loader beside its libraries, once they lie at `home`. The trap: Nix starts itself
 * anew as its build hook, by a name that now leads to the loader, or to where the package would be installed.
 */
function writePrograms(root: string, home: string): void {
  const loader = LOADERS.find((file) => existsSync(join(root, file)));
  if (loader === undefined) throw new Error(`no dynamic loader was unpacked into ${root}`);
  const script = (at: string, name: string): string => `#!/bin/sh
NIX_CONFIG="\${NIX_CONFIG-}
build-hook = ${at}/bin/build-remote"
export NIX_CONFIG
exec ${at}/${loader} --argv0 ${name} --library-path ${LIBRARIES.map((directory) => `${at}/${directory}`).join(':')} ${at}/usr/bin/nix "$@"
`;
  mkdirSync(join(root, 'bin'), { recursive: true });
  const names = readdirSync(join(root, 'usr/bin')).filter((name) => /^nix($|-)/.test(name));
  for (const name of [...names, 'build-remote']) writeFileSync(join(root, 'bin', name), script(home, name), { mode: 0o755 });
  writeFileSync(join(root, 'test-run'), script(root, 'nix'), { mode: 0o755 });
}

/** Another process may have put the same there meanwhile. */
function replace(root: string, home: string, old: string): void {
  if (existsSync(home)) renameSync(home, old);
  try {
    renameSync(root, home);
  } catch (error) {
    if (!existsSync(join(home, 'list'))) throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { version, mayVanish } of TESTED_NIXES) {
    const installed = await installNix(version);
    if (installed.ok) console.log(`Nix ${version} is in ${installed.value}`);
    else console.log(`Nix ${version} cannot be fetched: ${installed.failure.message}`);
    if (!installed.ok && !mayVanish) process.exitCode = 1;
  }
}
