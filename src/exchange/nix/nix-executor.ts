/**
 * Builds with real Nix: gives a derivation and its inputs to a Nix store, which builds it there or on its remote
 * builders, and takes the results back as if they had been built here.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Executed, Executor, ExecutorFailure, ExecutorRequest } from '../../build/index.js';
import {
  makeContentPath,
  parseContentAddress,
  parseHash,
  parseStorePath,
  storePathName,
  type ContentAddress,
  type PathInfo,
  type Sha256,
  type StorePath,
} from '../../formats/index.js';
import { err, fail, ok, type Result } from '../../result.js';
import { hashTree, hashTreeModulo, removeTree, restoreTree, type NewPath, type Store } from '../../store/index.js';
import { Gate } from '../gate.js';
import { StreamFailure } from '../../stream-failure.js';
import { NixCommand, parseLogLine, type NixCommandOptions } from './nix-command.js';
import { saysBuilderFailed, type NixDialect } from './nix-dialect.js';

/** Numbers of Nix's `ResultType`. Source: Nix's `logging.hh`. */
const BUILD_LOG_LINE = 101;
const SET_PHASE = 104;

/**
 * It exists on Debian and NixOS, and in no sandbox. `/bin/sh` may be in the sandbox, depending on how Nix was compiled.
 */
const HOST_PROGRAM = '/usr/bin/env';

/** A disconnected machine does not mean that the build failed. */
const MAX_TRIES = 4;

export class NixExecutor implements Executor {
  /** Nix 2.8 fails if a path that it copies becomes valid meanwhile, so only one copy runs at a time. */
  private readonly copies = new Gate(1);
  private nix: Promise<Result<NixCommand>> | undefined;

  constructor(
    private readonly store: Store,
    private readonly options: NixCommandOptions,
  ) {}

  async prepare(): Promise<Result<void>> {
    const nix = await this.examined();
    return nix.ok ? ok(undefined) : nix;
  }

  async build(request: ExecutorRequest): Promise<Result<Executed, ExecutorFailure>> {
    const nix = await this.examined();
    if (!nix.ok) return nix;
    const copied = await this.copies.within(() => this.handOver(nix.value, request));
    if (!copied.ok) return copied;
    const paths = await this.realise(nix.value, request);
    if (!paths.ok) return paths;
    const directory = this.store.tempDir();
    if (!directory.ok) return directory;
    const release = async (): Promise<void> => {
      await removeTree(directory.value);
    };
    const outputs = new Map<string, NewPath>();
    for (const [outputName, path] of paths.value) {
      const output = await this.takeBack(nix.value, path, join(directory.value, outputName));
      if (!output.ok) {
        await release();
        return output;
      }
      outputs.set(outputName, output.value);
    }
    return ok({ outputs, usage: {}, release });
  }

  private examined(): Promise<Result<NixCommand>> {
    return (this.nix ??= this.examine());
  }

  /**
   * Nix must answer, must not run builders as root, and must not let builders see their machine. Of several machines,
   * only the one that Nix chose is checked. If the probe fails for another reason, the builds will show it.
   */
  private async examine(): Promise<Result<NixCommand>> {
    const found = await NixCommand.find(this.options);
    if (!found.ok) return found;
    const nix = found.value;
    const asked = await nix.run(nix.dialect.storeInfo);
    if (!asked.ok) return asked;
    const seen = await nix.run(['build', '--no-link', '--expr', hostProbe()]);
    if (!seen.ok) return found;
    return fail(
      'E_NIX',
      `Nix on ${nix.storeUri} builds without a sandbox: a builder could run ${HOST_PROGRAM} of the machine it was on`,
      'in nix.conf of every machine that builds: sandbox = true, sandbox-fallback = false, sandbox-paths = (nothing); then restart its nix-daemon',
    );
  }

  /**
   * Copies the derivation and its inputs, to which it refers. If another process copies the same ones, it tries again.
   */
  private async handOver(nix: NixCommand, { drvPath, signal }: ExecutorRequest): Promise<Result<string>> {
    const args = ['copy', '--derivation', '--no-check-sigs', '--from', `local?root=${this.store.root}`, '--to', nix.storeUri, drvPath];
    for (let tries = 1; ; tries++) {
      const copied = await nix.run(args, signal);
      if (copied.ok || copied.failure.code !== 'E_NIX' || tries === MAX_TRIES) return copied;
    }
  }

  private async realise(nix: NixCommand, request: ExecutorRequest): Promise<Result<ReadonlyMap<string, StorePath>>> {
    const { drv, drvPath, signal, cores, keepFailed, onOutput } = request;
    const args = [
      'build',
      '--no-link',
      '--json',
      '--log-format',
      'internal-json',
      '--option',
      'cores',
      String(cores),
      ...(keepFailed ? ['--keep-failed'] : []),
      nix.dialect.outputsOf(drvPath),
    ];
    for (let tries = 1; ; tries++) {
      const built = await nix.run(args, signal, (line) => {
        const said = saidByBuilder(line);
        if (said !== undefined) onOutput(Buffer.from(`${said}\n`));
      });
      if (built.ok) return outputPaths(built.value, [...drv.outputs.keys()]);
      if (built.failure.code !== 'E_NIX') return built;
      const { message } = built.failure;
      if (saysBuilderFailed(message)) return fail('E_BUILD', `the builder of ${drv.name} failed under Nix: ${message}`);
      if (tries === MAX_TRIES) return built;
      onOutput(Buffer.from(`Nix gave up the build (${message}); trying again, ${tries + 1} of ${MAX_TRIES}\n`));
    }
  }

  /** Copies an output out of the Nix store. Nix's facts about it are compared with the copy. */
  private async takeBack(nix: NixCommand, path: StorePath, hostPath: string): Promise<Result<NewPath>> {
    const asked = await nix.run(nix.dialect.askPathInfo(path));
    if (!asked.ok) return asked;
    const info = readPathInfo(nix.dialect, asked.value, path);
    if (!info.ok) return info;
    try {
      const restored = await restoreTree(nix.stream(['store', 'dump-path', path]), hostPath);
      if (!restored.ok) return restored;
    } catch (error) {
      if (error instanceof StreamFailure) return err(error.failure);
      throw error;
    }
    const sound = await checkOutput(info.value, hostPath);
    return sound.ok ? ok({ hostPath, info: info.value }) : sound;
  }
}

/** A derivation that was never built before. It needs the same features of a machine as all others. */
function hostProbe(): string {
  return `derivation {
    name = "sandbox-probe"; system = "x86_64-linux"; nonce = "${randomUUID()}";
    builder = "${HOST_PROGRAM}"; args = [ "/bin/sh" "-c" "echo > $out" ];
    __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";
  }`;
}

/** The builder's output: its lines and its phases, in the builder's own format. */
function saidByBuilder(line: string): string | undefined {
  const json = parseLogLine(line);
  const [text] = Array.isArray(json?.['fields']) ? (json['fields'] as readonly unknown[]) : [];
  if (json?.['action'] !== 'result' || typeof text !== 'string') return undefined;
  if (json['type'] === BUILD_LOG_LINE) return text;
  return json['type'] === SET_PHASE ? `@nix ${JSON.stringify({ action: 'setPhase', phase: text })}` : undefined;
}

function outputPaths(json: string, names: readonly string[]): Result<ReadonlyMap<string, StorePath>> {
  const [built] = JSON.parse(json) as readonly { readonly outputs?: Readonly<Record<string, string>> }[];
  const paths = new Map<string, StorePath>();
  for (const name of names) {
    const path = parseStorePath(built?.outputs?.[name] ?? '');
    if (!path.ok) return fail('E_NIX', `Nix does not name the path of output "${name}"`);
    paths.set(name, path.value);
  }
  return ok(paths);
}

interface NixPathInfo {
  readonly narHash?: string;
  readonly narSize?: number;
  readonly references?: readonly string[];
  readonly ca?: string;
  readonly deriver?: string;
}

function readPathInfo(dialect: NixDialect, json: string, path: StorePath): Result<PathInfo & { readonly contentAddress: ContentAddress }> {
  const said = dialect.pathInfo(json, path) as NixPathInfo | undefined;
  const narHash = parseHash(said?.narHash ?? '');
  const contentAddress = parseContentAddress(said?.ca ?? '');
  const references = (said?.references ?? []).map((reference) => parseStorePath(reference));
  const deriver = said?.deriver === undefined ? undefined : parseStorePath(said.deriver);
  const bad = [narHash, contentAddress, ...references].find((result) => !result.ok);
  if (!narHash.ok || !contentAddress.ok || bad !== undefined || said?.narSize === undefined)
    return fail('E_NIX', `Nix gives impossible facts about ${path}: ${json.trim().slice(0, 200)}`);
  return ok({
    path,
    narHash: narHash.value.hex as Sha256,
    narSize: said.narSize,
    references: references.flatMap((reference) => (reference.ok ? [reference.value] : [])).sort(),
    ...(deriver?.ok === true ? { deriver: deriver.value as NonNullable<PathInfo['deriver']> } : {}),
    contentAddress: contentAddress.value,
    signatures: [],
    ultimate: true,
  });
}

async function checkOutput(
  { path, narHash, narSize, references, contentAddress }: PathInfo & { readonly contentAddress: ContentAddress },
  hostPath: string,
): Promise<Result<void>> {
  const digest = await hashTree(hostPath);
  if (!digest.ok) return digest;
  const modulo = await hashTreeModulo(hostPath, path);
  if (!modulo.ok) return modulo;
  const others = references.filter((reference) => reference !== path);
  const made = makeContentPath(storePathName(path), 'recursive', modulo.value, { others, self: others.length < references.length });
  const isSame =
    digest.value.narHash === narHash && digest.value.narSize === narSize && modulo.value.hex === contentAddress.hash.hex && made === path;
  return isSame
    ? ok(undefined)
    : fail(
        'E_NIX',
        `Nix's copy of ${path} does not have the hash that Nix says`,
        'the Nix store is damaged: `nix-store --verify --check-contents` on it says more',
      );
}
