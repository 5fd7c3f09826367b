/**
 * A store on the move, beside Nix: a tree of 50,000 files dumped and restored, a closure of 1 GB pulled over loopback, 16
 * readers served at once. In memory where there is some, so that hashing and copying are measured and not a disk.
 * Needs `npm run build`. `npx jiti bench/exchange.ts [rounds] [files|pull]`.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, closeSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createReadStream, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeTextPath, type StorePath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import type { Store as OpenStore } from '../src/store/index.js';
import { BinaryCache, dumpTree, main, openBlobs, Puller, restoreTree, Store } from './compiled.js';
import { compare } from './harness.js';
import { nixes } from './peers.js';

const rounds = Number(process.argv[2] ?? 3);
const peers = await nixes();
const only = process.argv[3];
const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zilch-bench-'));
const environment = {
  ...process.env,
  HOME: work,
  NIX_CONFIG: 'build-users-group =\nsandbox = false\nexperimental-features = nix-command ca-derivations',
};
const noTrust = { keys: [], checkSignatures: false };

const FILES = 50_000;
const PATHS = 64;
const FILES_A_PATH = 8;
const FILE_BYTES = 2 << 20;
const READERS = 16;

function nix(program: string, args: readonly string[], stdout: 'ignore' | number = 'ignore', stdin: 'ignore' | number = 'ignore'): void {
  execFileSync(program, args, { env: environment, stdio: [stdin, stdout, 'ignore'] });
}

/** Directories of a hundred files of up to 8 KiB. */
function makeTree(at: string): void {
  for (let directory = 0; directory < FILES / 100; directory++) {
    mkdirSync(join(at, `d${directory}`), { recursive: true });
    for (let file = 0; file < 100; file++) writeFileSync(join(at, `d${directory}/f${file}`), Buffer.alloc((directory * 100 + file) % 8192, file));
  }
}

/** 1 GiB in 64 paths, each of which refers to the one before; half of the bytes repeat, as machine code does. */
async function fillStore(store: OpenStore): Promise<StorePath> {
  let last: StorePath | undefined;
  let state = 88172645;
  for (let path = 0; path < PATHS; path++) {
    const tree = join(work, 'tree');
    mkdirSync(tree);
    for (let file = 0; file < FILES_A_PATH; file++) {
      const words = new Uint32Array(FILE_BYTES / 4);
      for (let index = 0; index < words.length; index++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        words[index] = index % 4 < 2 ? state : index >>> 8;
      }
      writeFileSync(join(tree, `f${file}`), words);
    }
    const added = unwrap(await store.addTree(`path-${path}`, tree));
    rmSync(tree, { recursive: true });
    last = unwrap(await store.addText(`link-${path}`, `${added} ${last ?? ''}`, last === undefined ? [added] : [added, last]));
  }
  return last ?? makeTextPath('none', '', []);
}

/** `zilch cache serve` in a process of its own; gives it and its address. */
async function serve(root: string, compression: string): Promise<readonly [ChildProcess, string]> {
  const child = spawn(process.execPath, [main, 'cache', 'serve', '--store', root, '--port', '0', '--compression', compression, '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\/\/\S+/.exec(line)?.[0];
    if (address !== undefined) return [child, address];
  }
  throw new Error('zilch cache serve did not start');
}

async function dumpAndRestore(): Promise<void> {
  const tree = join(work, 'many');
  makeTree(tree);
  const nar = join(work, 'many.nar');
  const restored = join(work, 'restored');
  const clear = (): void => {
    rmSync(restored, { recursive: true, force: true });
  };
  const withFile = (file: string, flags: string, use: (fd: number) => void): void => {
    const fd = openSync(file, flags);
    use(fd);
    closeSync(fd);
  };
  await compare(
    `dump ${FILES} files`,
    {
      name: 'dumpTree, into a file',
      run: async () => {
        const fd = openSync(nar, 'w');
        unwrap(await dumpTree(tree, (chunk) => void writeSync(fd, chunk)));
        closeSync(fd);
      },
    },
    peers.map(({ version, program }) => ({
      name: `nix-store --dump ${version}, into a file`,
      run: () => withFile(nar, 'w', (fd) => nix(program('nix-store'), ['--dump', tree], fd)),
    })),
    rounds,
  );
  await compare(
    `restore ${FILES} files`,
    {
      name: 'restoreTree',
      prepare: clear,
      run: async () => {
        unwrap(await restoreTree(createReadStream(nar, { highWaterMark: 1 << 20 }), restored));
      },
    },
    peers.map(({ version, program }) => ({
      name: `nix-store --restore ${version}`,
      prepare: clear,
      run: () => withFile(nar, 'r', (fd) => nix(program('nix-store'), ['--restore', restored], 'ignore', fd)),
    })),
    rounds,
  );
  console.log(`  the NAR has ${statSync(nar).size} bytes\n`);
}

async function pullAndServe(): Promise<void> {
  const root = join(work, 'store');
  const store = unwrap(Store.open(root, { create: true }));
  const last = await fillStore(store);
  const closure = store.closure([last]);
  const bytes = closure.reduce((sum, path) => sum + store.pathInfo(path)!.narSize, 0);
  const target = join(work, 'target');
  const clear = (): void => {
    if (existsSync(target)) execFileSync('chmod', ['-R', 'u+w', target]);
    rmSync(target, { recursive: true, force: true });
  };
  for (const compression of ['none', 'zstd']) {
    const [server, address] = await serve(root, compression);
    try {
      await compare(
        `pull ${closure.length} paths, ${(bytes / 1e9).toFixed(2)} GB, from zilch cache serve, compression ${compression}`,
        {
          name: 'Puller',
          prepare: clear,
          run: async () => {
            const to = unwrap(Store.open(target, { create: true }));
            unwrap(await new Puller({ store: to, caches: [new BinaryCache(unwrap(openBlobs(address, {})))], trust: noTrust }).closure([last]));
            to.close();
          },
        },
        peers.map(({ version, program }) => ({
          name: `nix copy ${version}`,
          prepare: clear,
          run: () => nix(program('nix'), ['copy', '--no-check-sigs', '--from', address, '--to', target, last]),
        })),
        rounds,
      );
      if (compression === 'none') await serveReaders(store, closure, address, bytes);
    } finally {
      // Ctrl-C would be answered on the terminal.
      server.kill('SIGKILL');
    }
  }
  clear();
  store.close();
}

/** What `nix-serve`, Nix's own HTTP cache, does for each request is run `nix-store --dump`. */
async function serveReaders(store: OpenStore, closure: readonly StorePath[], address: string, bytes: number): Promise<void> {
  const large = closure.filter((path) => store.pathInfo(path)!.narSize > FILE_BYTES).slice(0, READERS);
  const urls = await Promise.all(
    large.map(async (path) => `${address}/${unwrap(await new BinaryCache(unwrap(openBlobs(address, {}))).narInfo(path))!.url}`),
  );
  const ended = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.on('close', (status) => {
        if (status === 0) resolve(status);
        else reject(new Error(`a reader ended with status ${status}`));
      });
    });
  const all = async (start: (index: number) => ChildProcess): Promise<void> => {
    await Promise.all(Array.from({ length: READERS }, (_, index) => ended(start(index))));
  };
  const each = (index: number): number => index % large.length;
  await compare(
    `serve ${READERS} readers at once, ${((READERS * bytes) / PATHS / 1e6).toFixed(0)} MB in all`,
    {
      name: 'curl from zilch cache serve',
      run: () => all((index) => spawn('curl', ['-sf', '-o', '/dev/null', urls[each(index)]!], { stdio: 'inherit' })),
    },
    peers.map(({ version, program }) => ({
      name: `nix-store --dump ${version} | cat, as nix-serve does`,
      run: () =>
        all((index) =>
          spawn('sh', ['-c', `'${program('nix-store')}' --dump ${store.hostPath(large[each(index)]!)} | cat >/dev/null`], {
            env: environment,
            stdio: 'inherit',
          }),
        ),
    })),
    rounds,
  );
}

try {
  if (only !== 'pull') await dumpAndRestore();
  if (only !== 'files') await pullAndServe();
} finally {
  rmSync(work, { recursive: true, force: true });
}
