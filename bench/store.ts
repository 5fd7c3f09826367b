/**
 * Registering 10,000 paths and collecting 10,000 as garbage, beside `nix-store`, each on a fresh store in memory.
 * `npx jiti bench/store.ts`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lutimesSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTextPath, NarWriter, sha256, type PathInfo, type StorePath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { Store } from '../src/store/index.js';
import { compare } from './harness.js';
import { nixes } from './peers.js';

const COUNT = 10_000;
const ENVIRONMENT = { ...process.env, NIX_CONFIG: 'build-users-group =\nsubstituters =\nexperimental-features = nix-command ca-derivations' };

const peers = await nixes();
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zilch-bench-'));
const root = join(work, 'root');
const template = join(work, 'template');

/** Each refers to the one before and to the tenth before, as packages do to few others. */
function samplePaths(): PathInfo[] {
  const paths: StorePath[] = [];
  return Array.from({ length: COUNT }, (_, index) => {
    const path = makeTextPath(`path-${index}`, String(index), []);
    const references = [paths[index - 1], paths[index - 10]].filter((reference) => reference !== undefined).sort();
    paths.push(path);
    const chunks: Buffer[] = [];
    const nar = new NarWriter((chunk) => chunks.push(Buffer.from(chunk)), 1024);
    const contents = Buffer.from(String(index));
    nar.file(false, contents.length);
    nar.data(contents);
    nar.endFile();
    nar.finish();
    return { path, narHash: sha256(Buffer.concat(chunks)), narSize: nar.size, references, signatures: [], ultimate: false };
  });
}

function registerWithUs(at: string, infos: readonly PathInfo[]): void {
  const store = unwrap(Store.open(at, { create: true }));
  unwrap(store.registerPaths(infos));
  store.close();
}

const infos = samplePaths();
const dump = infos
  .map(({ path, narHash, narSize, references }) => [path, narHash, narSize, '', references.length, ...references, ''].join('\n'))
  .join('');
const clear = (): void => {
  rmSync(root, { recursive: true, force: true });
};

try {
  await compare(
    `make a store and register ${COUNT} paths`,
    { name: 'Store.registerPaths', prepare: clear, run: () => registerWithUs(root, infos) },
    peers.map(({ version, program }) => ({
      name: `nix-store --load-db ${version}`,
      prepare: clear,
      run: () => void execFileSync(program('nix-store'), ['--store', root, '--load-db'], { input: dump, env: ENVIRONMENT }),
    })),
  );

  registerWithUs(template, infos);
  const store = unwrap(Store.open(template));
  for (const [index, { path }] of infos.entries()) {
    writeFileSync(store.hostPath(path), String(index), { mode: 0o444 });
    lutimesSync(store.hostPath(path), 1, 1);
  }
  store.close();
  const copyTemplate = (): void => {
    clear();
    cpSync(template, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  };
  await compare(
    `collect ${COUNT} paths as garbage`,
    {
      name: 'Store.gc',
      prepare: copyTemplate,
      run: async () => {
        const collected = unwrap(Store.open(root));
        const { dead } = unwrap(await collected.gc());
        collected.close();
        if (dead.length !== COUNT) throw new Error(`${dead.length} of ${COUNT} paths were collected`);
      },
    },
    peers.map(({ version, program }) => ({
      name: `nix-store --gc ${version}`,
      prepare: copyTemplate,
      run: () => void execFileSync(program('nix-store'), ['--store', root, '--gc'], { env: ENVIRONMENT, stdio: 'pipe' }),
    })),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
