/**
 * All events of a build. The terminal, the JSON stream and the web page are renderers of these; the engine itself never
 * prints.
 */
import type { TreeDifference } from '../diff/index.js';
import type { DrvPath, PathInfo, StorePath } from '../formats/index.js';
import type { Failure } from '../result.js';

/** One event. `at` is in milliseconds since 1970. */
export type Event = { readonly at: number } & EventBody;

/** An event before it is dated. */
export type EventBody =
  | PlanEvent
  | FetchStartEvent
  | FetchProgressEvent
  | FetchDoneEvent
  | FetchFailedEvent
  | CacheRefusedEvent
  | BuildWaitEvent
  | BuildStartEvent
  | BuildPhaseEvent
  | BuildLogEvent
  | BuildDoneEvent
  | BuildReusedEvent
  | BuildFailedEvent
  | BuildComparedEvent
  | DoneEvent;

/** The plan: the first event of a run. */
export interface PlanEvent {
  readonly type: 'plan';
  /** Derivations that are not realised yet, each after the ones it needs. Some may turn out to be reused. */
  readonly drvs: readonly PlannedBuild[];
  /** The sources that are fetched first. */
  readonly fetch: readonly PlannedFetch[];
  /** Wall clock of all builds together, in seconds; missing if one has no estimate. */
  readonly estimateSeconds?: number | undefined;
}

export interface PlannedFetch {
  /** The source's file name. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

export interface PlannedBuild {
  readonly drvPath: DrvPath;
  readonly name: string;
  /** Planned derivations it waits for. */
  readonly inputs: readonly DrvPath[];
  /** Estimated wall-clock seconds, if there is an estimate. */
  readonly estimateSeconds?: number | undefined;
  /** Estimated seconds of processor time, if there is an estimate. */
  readonly estimateCpuSeconds?: number | undefined;
  /** The expected size of its outputs, in bytes. */
  readonly estimateBytes?: number | undefined;
}

export interface FetchStartEvent {
  readonly type: 'fetch-start';
  readonly name: string;
  /** The place it is fetched from. */
  readonly from: string;
  /** In bytes. */
  readonly size: number;
}

export interface FetchProgressEvent {
  readonly type: 'fetch-progress';
  readonly name: string;
  readonly bytes: number;
  readonly size: number;
}

export interface FetchDoneEvent {
  readonly type: 'fetch-done';
  readonly name: string;
  readonly path: StorePath;
}

/** One place did not have the right bytes; `final` if it was the last. */
export interface FetchFailedEvent {
  readonly type: 'fetch-failed';
  readonly name: string;
  readonly failure: Failure;
  readonly final: boolean;
  /** The place, if it is a binary cache: a `cache-refused` says why, once for all paths. */
  readonly cache?: string | undefined;
}

/** A binary cache was not used. Reported once for each reason. */
export interface CacheRefusedEvent {
  readonly type: 'cache-refused';
  /** Its address. */
  readonly cache: string;
  readonly failure: Failure;
}

/** Another process is building the same derivation; its result will be used. */
export interface BuildWaitEvent {
  readonly type: 'build-wait';
  readonly drvPath: DrvPath;
  readonly name: string;
}

/** The sandbox is about to run. All `drvPath`s of events are those of the plan, not of resolved derivations. */
export interface BuildStartEvent {
  readonly type: 'build-start';
  readonly drvPath: DrvPath;
  readonly name: string;
  /** The derivation with its inputs resolved, which is really run. */
  readonly resolvedDrvPath: DrvPath;
  /** The path of the log. */
  readonly logPath: string;
}

/** The builder wrote `@nix {"action":"setPhase","phase":"…"}`. */
export interface BuildPhaseEvent {
  readonly type: 'build-phase';
  readonly drvPath: DrvPath;
  readonly phase: string;
  /** How many lines the log has before it. */
  readonly logLines?: number | undefined;
}

/** A line that the builder wrote, without its end. */
export interface BuildLogEvent {
  readonly type: 'build-log';
  readonly drvPath: DrvPath;
  readonly line: string;
}

export interface BuildDoneEvent {
  readonly type: 'build-done';
  readonly drvPath: DrvPath;
  readonly name: string;
  readonly outputs: ReadonlyMap<string, PathInfo>;
  /** Wall clock, from laying out the sandbox to knowing the outputs’ hashes; without a failed attempt in memory. */
  readonly durationSeconds: number;
  readonly usage: Usage;
}

/** The resources that a build used. */
export interface Usage {
  /** User and system time of all processes that the builder waited for, including the set-up of the sandbox. */
  readonly cpuSeconds?: number | undefined;
  /**
   * The largest sum of the resident memory of the build's processes in samples taken every half second; shared pages
   * count once for each process. Missing if the build ended before the first sample.
   */
  readonly maxRssBytes?: number | undefined;
  /**
   * By program: the number of these samples in which one of its processes was running or ready to run. A program's
   * share of the sum estimates its share of the build's processor time.
   */
  readonly running?: Readonly<Record<string, number>> | undefined;
}

/** Nothing had to be run: an equal derivation (early cut-off) or another process has made the outputs. */
export interface BuildReusedEvent {
  readonly type: 'build-reused';
  readonly drvPath: DrvPath;
  readonly name: string;
  readonly outputs: ReadonlyMap<string, PathInfo>;
}

export interface BuildFailedEvent {
  readonly type: 'build-failed';
  readonly drvPath: DrvPath;
  readonly name: string;
  readonly failure: Failure;
  /** Missing if the builder was not run. */
  readonly logPath?: string | undefined;
  /** The last lines of the log. */
  readonly lastLines: readonly string[];
  /** The path of the build's tree, kept for inspection. */
  readonly keptDir?: string | undefined;
  /** The command that opens a shell in it: whoever knows what the user calls things adds it. */
  readonly keptShell?: string | undefined;
}

/** A valid output was built again and compared with the first. */
export interface BuildComparedEvent {
  readonly type: 'build-compared';
  readonly drvPath: DrvPath;
  readonly name: string;
  readonly comparison: Comparison;
}

/** The result of building again. */
export type Comparison =
  { readonly kind: 'same'; readonly durationSeconds: number } | { readonly kind: 'different'; readonly differences: readonly OutputDifference[] };

export interface OutputDifference {
  readonly outputName: string;
  /** The valid path. */
  readonly path: StorePath;
  /** Host path of the second build's output, kept for inspection. */
  readonly kept: string;
  /** The first difference in the order of names. */
  readonly first: TreeDifference;
}

/** The last event of a run. */
export interface DoneEvent {
  readonly type: 'done';
  readonly summary: Summary;
  /** Why it ended before all was tried: something could not be fetched, nothing can be sandboxed, or it was stopped. */
  readonly failure?: Failure | undefined;
}

/** Counts of derivations. */
export interface Summary {
  readonly built: number;
  /** Realised already, or equal to a realised one. */
  readonly reused: number;
  readonly failed: number;
  /** Not tried, or stopped, because something they need failed, or because the run was stopped. */
  readonly skipped: number;
  readonly durationSeconds: number;
}

/** Called for each event; must not throw. */
export type Emit = (event: Event) => void;

/** Adds the time to an event. */
export function emitter(emit: Emit): (event: EventBody) => void {
  return (event) => emit({ at: Date.now(), ...event });
}
