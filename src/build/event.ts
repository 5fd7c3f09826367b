/**
 * Everything that happens while building. The terminal, the JSON stream and the web page are renderers of these; the
 * engine itself never prints.
 */
import type { TreeDifference } from '../diff/index.js';
import type { DrvPath, PathInfo, StorePath } from '../formats/index.js';
import type { Failure } from '../result.js';

/** One thing that happened. `at` is in milliseconds since 1970. */
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

/** What is going to be done: the first event of a run. */
export interface PlanEvent {
  readonly type: 'plan';
  /** Derivations that are not realised yet, each after the ones it needs. Some may turn out to be reused. */
  readonly drvs: readonly PlannedBuild[];
  /** The sources that are fetched first. */
  readonly fetch: readonly PlannedFetch[];
  /** Wall clock of all builds together, in seconds; missing when one was never timed. */
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
  /** Wall-clock seconds, when anything is known to estimate from. */
  readonly estimateSeconds?: number | undefined;
  /** What its outputs are expected to add to the store, in bytes. */
  readonly estimateBytes?: number | undefined;
}

export interface FetchStartEvent {
  readonly type: 'fetch-start';
  readonly name: string;
  /** Where it is being had from. */
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

/** One place did not have the right bytes; `final` when no other is left to try. */
export interface FetchFailedEvent {
  readonly type: 'fetch-failed';
  readonly name: string;
  readonly failure: Failure;
  readonly final: boolean;
  /** The place, when it is a binary cache: a `cache-refused` says why, once for all paths. */
  readonly cache?: string | undefined;
}

/** A binary cache was not used: said once for each of its reasons, when it first comes up. */
export interface CacheRefusedEvent {
  readonly type: 'cache-refused';
  /** Its address. */
  readonly cache: string;
  readonly failure: Failure;
}

/** Another process is building the same derivation; its result is going to be used. */
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
  /** What is run in fact: the derivation with its inputs resolved. */
  readonly resolvedDrvPath: DrvPath;
  /** Where the log is being written. */
  readonly logPath: string;
}

/** The builder wrote `@nix {"action":"setPhase","phase":"…"}`. */
export interface BuildPhaseEvent {
  readonly type: 'build-phase';
  readonly drvPath: DrvPath;
  readonly phase: string;
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
  /** Wall clock, from laying out the sandbox to knowing the outputs’ hashes; of an attempt in memory that failed nothing. */
  readonly durationSeconds: number;
  readonly usage: Usage;
}

/** What a build took of the machine. */
export interface Usage {
  /** User and system time of all processes that the builder waited for, the set-up of the sandbox included. */
  readonly cpuSeconds?: number | undefined;
  /**
   * The largest sum of the resident memory of the build's processes in samples taken every half second; shared pages
   * count once for each process. Missing when the build ended before the first sample.
   */
  readonly maxRssBytes?: number | undefined;
  /**
   * By program, what the same samples found it doing: how often one of its processes was running or ready to run. A program's
   * part of the sum is its part of the build's processor time, as well as samples can tell.
   */
  readonly running?: Readonly<Record<string, number>> | undefined;
}

/** Nothing had to be run: the outputs are there, made by an equal derivation (early cut-off) or by another process. */
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
  /** Missing when the builder was not run. */
  readonly logPath?: string | undefined;
  /** The last lines of the log. */
  readonly lastLines: readonly string[];
  /** Where the build's tree was kept for inspection. */
  readonly keptDir?: string | undefined;
}

/** A valid output was built again and compared with the first. */
export interface BuildComparedEvent {
  readonly type: 'build-compared';
  readonly drvPath: DrvPath;
  readonly name: string;
  readonly comparison: Comparison;
}

/** What building again showed. */
export type Comparison =
  { readonly kind: 'same'; readonly durationSeconds: number } | { readonly kind: 'different'; readonly differences: readonly OutputDifference[] };

export interface OutputDifference {
  readonly outputName: string;
  /** The valid path. */
  readonly path: StorePath;
  /** Host path of what the second build made, kept for inspection. */
  readonly kept: string;
  /** The first difference in the order of names. */
  readonly first: TreeDifference;
}

/** The last event of a run. */
export interface DoneEvent {
  readonly type: 'done';
  readonly summary: Summary;
}

/** Counts of derivations. */
export interface Summary {
  readonly built: number;
  /** Realised already, or found to be equal to something that is. */
  readonly reused: number;
  readonly failed: number;
  /** Not tried because something they need failed, or because the run was stopped. */
  readonly skipped: number;
  readonly durationSeconds: number;
}

/** Takes events as they happen; must not throw. */
export type Emit = (event: Event) => void;

/** Dates an event. */
export function emitter(emit: Emit): (event: EventBody) => void {
  return (event) => emit({ at: Date.now(), ...event });
}
