/**
 * 200 trivial derivations from an empty store, beside `nix-build`, both in their sandboxes, two builds at a time.
 * `npx jiti bench/builds.ts`. Wants Debian's busybox-static, and root: Nix runs without build users.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraph } from '../src/build/index.js';
import { derivationPath, outputPlaceholder, type Derivation, type DrvPath, type StorePath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { Store } from '../src/store/index.js';
import { compare } from './harness.js';
import { nixes } from './peers.js';

const COUNT = 200;
const JOBS = 2;
const BUSYBOX = '/bin/busybox';

const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const ourRoot = join(work, 'ours');
const theirRoot = join(work, 'theirs');
/** A tree, for Busybox goes by the name it is called. */
const tree = join(work, 'shell');

function derivations(shell: StorePath): ReadonlyMap<DrvPath, Derivation> {
  const made = Array.from({ length: COUNT }, (_, index): Derivation => {
    const name = `trivial-${index}`;
    const builder = `${shell}/bin/ash`;
    const env = {
      name,
      system: 'x86_64-linux',
      builder,
      outputHashAlgo: 'sha256',
      outputHashMode: 'recursive',
      out: outputPlaceholder('out'),
    };
    return {
      name,
      outputs: new Map([['out', { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]]),
      inputDrvs: new Map(),
      inputSrcs: [shell],
      platform: 'x86_64-linux',
      builder,
      args: ['-c', `echo ${index} > $out`],
      env: new Map(Object.entries(env)),
    };
  });
  return new Map(made.map((drv) => [derivationPath(drv), drv]));
}

async function buildWithUs(): Promise<void> {
  const store = unwrap(Store.open(ourRoot, { create: true }));
  const shell = unwrap(await store.addTree('shell', tree));
  const closure = derivations(shell);
  const wanted = [...closure.keys()].map((drvPath) => ({ drvPath, outputs: ['out'] }));
  const report = unwrap(await buildGraph({ store, closure, wanted, options: { jobs: JOBS, cores: 1 } }));
  if (report.summary.built !== COUNT) throw new Error(`${report.summary.built} of ${COUNT} were built`);
  store.close();
}

const expression = join(work, 'trivial.nix');
writeFileSync(
  expression,
  `let shell = builtins.path { name = "shell"; path = "${tree}"; }; in
builtins.genList (index: derivation {
  name = "trivial-\${toString index}"; system = "x86_64-linux"; builder = "\${shell}/bin/ash";
  args = [ "-c" "echo \${toString index} > $out" ];
  __contentAddressed = true; outputHashAlgo = "sha256"; outputHashMode = "recursive";
}) ${COUNT}
`,
);

function buildWithNix(program: string): void {
  const settings = [
    ...['experimental-features = nix-command ca-derivations', 'sandbox = true', 'build-users-group =', 'substituters ='],
    // Not the shell that the system has.
    'sandbox-paths =',
  ];
  const environment = { ...process.env, NIX_CONFIG: settings.join('\n') };
  const args = ['--store', theirRoot, '--no-out-link', '-j', String(JOBS), '--cores', '1', expression];
  execFileSync(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
}

const clear = (root: string) => (): void => {
  rmSync(root, { recursive: true, force: true });
};

try {
  // Only a program that needs no loader can be a build's shell.
  if (!existsSync(BUSYBOX) || readFileSync(BUSYBOX).includes('/lib64/ld-linux')) {
    console.log(`not measured: there is no static ${BUSYBOX}: install busybox-static`);
    process.exit();
  }
  mkdirSync(join(tree, 'bin'), { recursive: true });
  copyFileSync(BUSYBOX, join(tree, 'bin/ash'));
  await compare(
    `build ${COUNT} trivial derivations, ${JOBS} at a time`,
    { name: 'buildGraph', prepare: clear(ourRoot), run: buildWithUs },
    (await nixes()).map(({ version, program }) => ({
      name: `nix-build ${version}`,
      prepare: clear(theirRoot),
      run: () => buildWithNix(program('nix-build')),
    })),
    3,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
