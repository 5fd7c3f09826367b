/** The same derivations, built here and by real Nix, give the same store except for times. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storePathName, writeDerivation, type DrvPath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { removeTreeSync, Store } from '../../src/store/index.js';
import { Rig, whyNoBuilds, type Scripted } from '../build/rig.js';
import { whyNoNix } from '../support/nix.js';

const reason = whyNoNix() ?? (await whyNoBuilds());
if (reason !== undefined) console.warn(`builds are not compared with Nix's: ${reason}`);

const NIX_CONFIG = `experimental-features = nix-command ca-derivations
sandbox = true
sandbox-paths =
build-users-group =
substituters =
`;

/**
 * Everything a builder can see, but for what is bound to differ (times, device numbers, the machine) and for what is known
 * to: the owners of what is there before the build, which to Nix without build users is the builder and with them nobody
 * (for root our sandbox is between the two), whether the link /dev/ptmx is absolute, which bwrap does its way, and the
 * bounding set of capabilities, of which a process with no privileges to gain has no use.
 */
const LOOK_AROUND = `
  {
    env | sort
    id; umask; pwd; hostname; echo "process $$"; ulimit -a
    cat /etc/passwd /etc/group /etc/hosts
    cat /proc/self/personality
    for file in / /* /etc/* /nix/store /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/shm; do stat -c '%n %A' $file; done
    ls /dev | grep -v -e core -e kvm; ls -A /build /tmp /etc; ls /nix/store
    for link in fd stdin stdout stderr; do readlink /dev/$link; done
    ifconfig -a | grep -e inet -e Link -e UP
    grep -e Cap[IPE] -e NoNewPrivs -e Seccomp: /proc/self/status
    touch file; chmod 4755 file 2>&1 || echo no setuid; chmod 2755 file 2>&1 || echo no setgid; chmod 1755 file; stat -c %a file
    echo to standard error > /dev/stderr
  } > $out`;

/** Derivations of all shapes: with and without inputs, self-references, references among outputs, equal results. */
function derivations(rig: Rig): Scripted[] {
  const plain = rig.script('plain', 'mkdir $out; echo data > $out/file; chmod +x $out/file; ln -s file $out/link; mkdir $out/empty');
  const file = rig.script('file', 'echo a file > $out');
  const symlink = rig.script('symlink', `ln -s ${file.placeholder()} $out`, { inputs: [file] });
  const self = rig.script(
    'self',
    'mkdir $out; echo "I am $out, $out" > $out/self; ln -s $out/self $out/link; ln -s $out "$out/name-$(basename $out)"',
  );
  const several = rig.script(
    'several',
    'mkdir $out $dev $lib; echo $dev $lib > $out/needs; echo $lib $lib > $dev/needs; echo "$lib itself" > $lib/self; echo $out; ln -s $lib/self $dev/link',
    { outputs: ['out', 'dev', 'lib'] },
  );
  const user = rig.script(
    'user',
    `mkdir $out; echo ${self.placeholder()} ${several.placeholder('dev')} > $out/refers; cat ${plain.placeholder()}/file`,
    { inputs: [self, several, plain] },
  );
  const other = rig.script('file', 'echo made another way; echo a file > $out');
  const cutOff = rig.script('cut-off', `cat ${other.placeholder()} ${user.placeholder()}/refers ${symlink.placeholder()} > $out`, {
    inputs: [other, user, symlink],
  });
  const sameAsCutOff = rig.script('cut-off', `cat ${file.placeholder()} ${user.placeholder()}/refers ${symlink.placeholder()} > $out`, {
    inputs: [file, user, symlink],
  });
  const asFile = rig.script('as-file', 'cat "$longPath" > $out; echo $longPath >> $out', { env: { passAsFile: 'long', long: 'a long text\n' } });
  const graph = rig.script('graph', `cat graph > $out; ls -A >> $out`, {
    inputs: [user],
    env: { exportReferencesGraph: `graph ${user.placeholder()}` },
  });
  const look = rig.script('look', LOOK_AROUND, { inputs: [file] });
  return [plain, file, symlink, self, several, user, other, cutOff, sameAsCutOff, asFile, graph, look];
}

const NIX_ENV = { ...process.env, NIX_CONFIG };

async function buildByNix(rig: Rig): Promise<void> {
  const drvPaths: DrvPath[] = [];
  for (const { drv } of derivations(rig)) {
    const references = [...drv.inputSrcs, ...drv.inputDrvs.keys()];
    drvPaths.push(unwrap(await rig.store.addText(`${drv.name}.drv`, writeDerivation(drv), references)) as DrvPath);
  }
  // Nix passes on the limits that it was started under, and Node raises the first of these.
  const limited = 'ulimit -S -n 1024; ulimit -S -s 8192; exec nix-store "$@"';
  execFileSync('sh', ['-c', limited, 'sh', '--store', rig.store.root, '--option', 'cores', '1', '--realise', ...drvPaths], {
    env: NIX_ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Realisations with what they depend on, free of row numbers. */
function realisations(rig: Rig): unknown[] {
  const database = new DatabaseSync(rig.store.layout.dbFile, { readOnly: true });
  const rows = database
    .prepare(
      `select r.drvPath, r.outputName, p.path, d.drvPath as dependsOn, d.outputName as dependsOnOutput
       from Realisations r join ValidPaths p on p.id = r.outputPath
       left join RealisationsRefs on referrer = r.id left join Realisations d on d.id = realisationReference
       order by 1, 2, 4, 5`,
    )
    .all();
  database.close();
  return rows;
}

describe.skipIf(reason !== undefined)('derivations built here and by Nix', () => {
  const roots: string[] = [];
  let ours: Rig;
  let nixs: Rig;
  const makeRig = async (): Promise<Rig> => {
    roots.push(mkdtempSync(join(tmpdir(), 'zilch-oracle-')));
    return await Rig.in(unwrap(Store.open(roots.at(-1)!, { create: true })));
  };
  beforeAll(async () => {
    nixs = await makeRig();
    await buildByNix(nixs);
    ours = await makeRig();
    await ours.outputs(derivations(ours));
  }, 120_000);
  afterAll(() => {
    for (const rig of [ours, nixs]) rig.store.close();
    for (const root of roots) removeTreeSync(root);
  });

  test('a builder sees the same', () => {
    const seen = (rig: Rig): string => rig.read(rig.store.allPaths().find((path) => path.endsWith('-look'))!);
    expect(seen(ours)).toBe(seen(nixs));
  });

  test('the paths are the same, with the same hashes, references, derivers and content addresses', () => {
    // Where two derivations make the same path, its deriver is the one that was built first.
    const names = derivations(ours).map(({ drv }) => drv.name);
    const madeTwice = names.filter((name, index) => names.indexOf(name) !== index);
    const facts = (rig: Rig): unknown =>
      rig.store.allPaths().map((path) => {
        const { registrationTime, deriver, ...info } = rig.store.pathInfo(path)!;
        return { ...info, ...(madeTwice.includes(storePathName(path)) ? {} : { deriver }), isDated: registrationTime !== undefined };
      });
    expect(facts(ours)).toEqual(facts(nixs));
  });

  test('the realisations are the same, with the same dependencies among them', () => {
    expect(realisations(ours)).toEqual(realisations(nixs));
    expect(realisations(nixs).length).toBeGreaterThan(derivations(nixs).length);
  });

  test('Nix finds nothing wrong with the store, and nothing left to do', () => {
    const nix = (...args: readonly string[]) => spawnSync('nix-store', ['--store', ours.store.root, ...args], { env: NIX_ENV, encoding: 'utf8' });
    const verified = nix('--verify', '--check-contents');
    expect([verified.status, verified.stderr]).toEqual([0, expect.not.stringContaining('error')]);
    const realised = nix('--realise', ...derivations(ours).map(({ drvPath }) => drvPath));
    expect([realised.status, realised.stderr]).toEqual([0, expect.not.stringMatching(/built|building/)]);
    expect(new Set(realised.stdout.trim().split('\n')).size).toBeGreaterThan(5);
  });
});
