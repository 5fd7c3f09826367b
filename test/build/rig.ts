/** A store with a shell in it, and derivations that are shell scripts: for the builder's tests. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraph, checkSandbox, logPath, type BuildOptions, type BuildReport, type Event, type Executor } from '../../src/build/index.js';
import {
  derivationPath,
  downstreamPlaceholder,
  outputPlaceholder,
  type Derivation,
  type DerivationOutput,
  type DrvPath,
  type StorePath,
} from '../../src/formats/index.js';
import { unwrap, type Result } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';

const BUSYBOX = '/bin/busybox';

/** Why builds cannot be tested here; `undefined` if they can. Tests print it when they skip. */
export async function whyNoBuilds(): Promise<string | undefined> {
  if (!existsSync(BUSYBOX)) return `${BUSYBOX} is missing (Debian's busybox-static is wanted)`;
  if (needsLoader(readFileSync(BUSYBOX))) return `${BUSYBOX} is linked dynamically (Debian's busybox-static is wanted)`;
  const sandbox = await checkSandbox();
  return sandbox.ok ? undefined : `${sandbox.failure.message} (${sandbox.failure.hint ?? ''})`;
}

/** Whether a 64-bit ELF program has a `PT_INTERP` header. */
function needsLoader(elf: Buffer): boolean {
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => elf.readUInt32LE(start + index * size)).includes(3);
}

/** A derivation of the rig; interpolate `placeholder(output)` into other scripts to depend on it. */
export interface Scripted {
  readonly drv: Derivation;
  readonly drvPath: DrvPath;
  readonly placeholder: (outputName?: string) => string;
}

export interface ScriptOptions {
  readonly outputs?: readonly string[];
  readonly inputs?: readonly Scripted[];
  readonly env?: Readonly<Record<string, string>>;
  /** Store paths the script needs. */
  readonly sources?: readonly StorePath[];
}

export interface RigRun {
  readonly result: Result<BuildReport>;
  readonly events: readonly Event[];
}

export class Rig {
  readonly closure = new Map<DrvPath, Derivation>();

  private constructor(
    readonly store: Store,
    readonly busybox: StorePath,
  ) {}

  static async in(store: Store): Promise<Rig> {
    const tree = busyboxTree();
    const busybox = unwrap(await store.addTree('busybox', tree));
    rmSync(tree, { recursive: true });
    return new Rig(store, busybox);
  }

  /** A derivation built by `ash -euc script`; all inputs' outputs are its inputs. */
  script(name: string, script: string, { outputs = ['out'], inputs = [], env = {}, sources = [] }: ScriptOptions = {}): Scripted {
    const output: DerivationOutput = { kind: 'floating', method: 'recursive', algorithm: 'sha256' };
    const drv: Derivation = {
      name,
      outputs: new Map(outputs.map((outputName) => [outputName, output])),
      inputDrvs: new Map(inputs.map((input) => [input.drvPath, [...input.drv.outputs.keys()].sort()])),
      inputSrcs: [...sources, this.busybox].sort(),
      platform: 'x86_64-linux',
      builder: `${this.busybox}/bin/ash`,
      args: ['-euc', script],
      env: new Map([
        ...[['name', name], ['builder', `${this.busybox}/bin/ash`], ['system', 'x86_64-linux'], ['outputHashAlgo', 'sha256'], ['outputHashMode', 'recursive']] as const, // prettier-ignore
        ...(outputs.length === 1 && outputs[0] === 'out' ? [] : [['outputs', outputs.join(' ')] as const]),
        ['PATH', `${this.busybox}/bin`],
        ...outputs.map((outputName) => [outputName, outputPlaceholder(outputName)] as const),
        ...Object.entries(env),
      ]),
    };
    const drvPath = derivationPath(drv);
    this.closure.set(drvPath, drv);
    return { drv, drvPath, placeholder: (outputName = 'out') => downstreamPlaceholder(drvPath, outputName) };
  }

  /** Builds and collects the events. */
  async build(
    targets: readonly Scripted[],
    options: BuildOptions = {},
    executor?: Executor,
    onEvent: (event: Event) => void = () => undefined,
  ): Promise<RigRun> {
    const events: Event[] = [];
    const result = await buildGraph({
      store: this.store,
      closure: this.closure,
      wanted: targets.map(({ drv, drvPath }) => ({ drvPath, outputs: [...drv.outputs.keys()] })),
      options: { jobs: 2, cores: 1, ...options },
      emit: (event) => {
        events.push(event);
        onEvent(event);
      },
      ...(executor === undefined ? {} : { executor }),
    });
    return { result, events };
  }

  /** Runs a build that must succeed; returns the path of each target's output. */
  async outputs(targets: readonly Scripted[], options: BuildOptions = {}): Promise<StorePath[]> {
    const { result } = await this.build(targets, options);
    const report = unwrap(result);
    const failure = [...report.failures.values()][0];
    if (failure !== undefined) throw new Error(`${failure.code}: ${failure.message}`);
    return targets.flatMap(({ drvPath }) => [...(report.outputs.get(drvPath)?.values() ?? [])].map((info) => info.path));
  }

  /** Runs a build that must fail; returns the failure. */
  async failure(target: Scripted, options: BuildOptions = {}): Promise<{ readonly code: string; readonly message: string; readonly run: RigRun }> {
    const run = await this.build([target], options);
    if (!run.result.ok) return { ...run.result.failure, run };
    const failure = run.result.value.failures.get(target.drvPath);
    if (failure === undefined) throw new Error(`${target.drv.name} was built`);
    return { ...failure, run };
  }

  /** Reads a file of a store path. */
  read(path: StorePath, file = ''): string {
    return readFileSync(join(this.store.hostPath(path), file), 'utf8');
  }
}

/** The log of a derivation; `undefined` if there is none. */
export function readLog(root: string, drvPath: DrvPath): string | undefined {
  const path = logPath(root, drvPath);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Events of one type. */
export function eventsOf<T extends Event['type']>(events: readonly Event[], type: T): Extract<Event, { readonly type: T }>[] {
  return events.filter((event): event is Extract<Event, { readonly type: T }> => event.type === type);
}

/** A directory with a static busybox and its applets, to be added to a store. */
function busyboxTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'zilch-busybox-'));
  const bin = join(tree, 'bin');
  mkdirSync(bin);
  copyFileSync(BUSYBOX, join(bin, 'busybox'));
  for (const applet of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(bin, applet));
  }
  return tree;
}
