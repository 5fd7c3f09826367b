/**
 * Nix as the chain builds it, beside Debian's of the same version: evaluation, hashing, builds in its sandbox, copies to a cache, and how much
 * memory an evaluation takes. `npx jiti bench/chain-nix.ts [FOLDER]`; FOLDER has bin/nix, and is the target `nix` when left out. Wants
 * busybox-static, and root: both run without build users.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNix } from '../test/support/nixes/install.js';
import { compare } from './harness.js';

const MB = 1_000_000;

function builtHere(): string | undefined {
  try {
    const zilch = fileURLToPath(new URL('../zilch', import.meta.url));
    return execFileSync(zilch, ['path', 'nix'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const folder = process.argv[2] ?? builtHere();
if (folder === undefined) {
  console.log('nix is not built in this store, so it is not measured: zilch build nix');
  process.exit();
}
const ours = join(folder, 'bin');
const version = execFileSync(join(ours, 'nix'), ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1) ?? '';
const installed = await installNix(version);
if (!installed.ok) {
  console.log(`not measured: Debian's nix ${version} cannot be had: ${installed.failure.message}`);
  process.exit();
}
const theirs = installed.value;

const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const environment = {
  PATH: process.env['PATH'],
  HOME: work,
  NIX_CONFIG: [
    'experimental-features = nix-command ca-derivations',
    'sandbox = true',
    'sandbox-paths =',
    'build-users-group =',
    'substituters =',
  ].join('\n'),
};
type Run = (bin: string, root: string) => readonly [string, ...string[]];

function execute([program, ...args]: readonly [string, ...string[]]): void {
  execFileSync(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Both do the same, each with a store of its own; `fresh` is removed before each round. */
async function both(title: string, command: Run, rounds: number, fresh: (root: string) => string): Promise<void> {
  const contender = (name: string, bin: string, root: string): Parameters<typeof compare>[1] => ({
    name,
    prepare: () => {
      rmSync(fresh(root), { recursive: true, force: true });
    },
    run: () => {
      execute(command(bin, root));
    },
  });
  await compare(
    title,
    contender(`the chain's nix ${version}`, ours, join(work, 'ours')),
    contender(`Debian's nix ${version}`, theirs, join(work, 'theirs')),
    rounds,
  );
}

/** The most memory that a command had at once, in MB: the kernel's own mark (VmHWM in proc(5)), read while it runs. */
async function peak([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const child = spawn(program, args, { env: environment, stdio: 'ignore' });
  let most = 0;
  const look = setInterval(() => {
    try {
      const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'));
      most = Math.max(most, (Number(mark?.[1] ?? 0) * 1024) / MB);
    } catch {
      // it has just ended
    }
  }, 5);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}`);
  return most;
}

const LARGE = `
let
  numbers = builtins.genList (n: n) 200000;
  set = builtins.listToAttrs (map (n: { name = "key-\${toString n}"; value = { inherit n; text = builtins.hashString "sha256" (toString n); }; }) numbers);
  fibonacci = n: if n < 2 then n else fibonacci (n - 1) + fibonacci (n - 2);
  sorted = builtins.sort (a: b: set.\${a}.text < set.\${b}.text) (builtins.attrNames set);
in builtins.stringLength (builtins.concatStringsSep "," sorted) + fibonacci 25
  + builtins.foldl' (sum: name: sum + set.\${name}.n) 0 (builtins.attrNames (builtins.mapAttrs (_: value: value.n) set))
`;

try {
  const nothing = (): string => join(work, 'nothing');
  const evaluation: Run = (bin) => [join(bin, 'nix-instantiate'), '--eval', '--strict', '--store', 'dummy://', '--expr', LARGE];
  await both('evaluate a large expression', evaluation, 3, nothing);
  for (const [name, bin] of [
    [`the chain's nix ${version}`, ours],
    [`Debian's nix ${version}`, theirs],
  ] as const)
    console.log(`  memory: ${name.padEnd(36)} ${(await peak(evaluation(bin, ''))).toFixed(0).padStart(9)} MB`);

  const large = join(work, 'large');
  const file = openSync(large, 'w');
  const piece = Buffer.alloc(MB);
  for (let n = 0; n < 1000; n++) writeSync(file, randomFillSync(piece));
  closeSync(file);
  await both('hash 1 GB', (bin) => [join(bin, 'nix-hash'), '--type', 'sha256', '--flat', large], 3, nothing);

  const tree = join(work, 'shell');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(tree, 'bin/ash'));
  const trivial = join(work, 'trivial.nix');
  writeFileSync(
    trivial,
    `let shell = builtins.path { name = "shell"; path = ${JSON.stringify(tree)}; }; in
builtins.genList (index: derivation {
  name = "trivial-\${toString index}"; system = "x86_64-linux"; builder = "\${shell}/bin/ash";
  args = [ "-c" "echo \${toString index} > $out" ];
  __contentAddressed = true; outputHashAlgo = "sha256"; outputHashMode = "recursive";
}) 200
`,
  );
  const build: Run = (bin, root) => [join(bin, 'nix-build'), '--store', root, '--no-out-link', '-j', '2', '--cores', '1', trivial];
  await both('build 200 trivial derivations in the sandbox, 2 at a time', build, 3, (root) => root);

  for (const [bin, root] of [
    [ours, join(work, 'ours')],
    [theirs, join(work, 'theirs')],
  ] as const)
    execute([join(bin, 'nix-store'), '--store', root, '--add', large]);
  const added = execFileSync(join(ours, 'nix-store'), ['--store', join(work, 'ours'), '--add', large], { env: environment, encoding: 'utf8' }).trim();
  for (const compression of ['none', 'zstd']) {
    const copy: Run = (bin, root) => [join(bin, 'nix'), 'copy', '--store', root, '--to', `file://${root}-cache?compression=${compression}`, added];
    await both(`copy 1 GB to a cache of files, compression ${compression}`, copy, 3, (root) => `${root}-cache`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
