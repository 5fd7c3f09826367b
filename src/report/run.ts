/** The state of a run after the events so far, for timelines and live pages. It is plain JSON. */
import type { JournalEvent, JournalLine, OutputDifference } from '../build/index.js';
import type { DrvPath, StorePath } from '../formats/index.js';

/** `stopped` is a build that somebody stopped, `lost` one that was going on when its process ended. */
export type RunBuildStatus = 'queued' | 'waiting' | 'building' | 'built' | 'reused' | 'failed' | 'stopped' | 'compared' | 'lost';

export interface RunBuild {
  readonly drvPath: DrvPath;
  /** The derivation's path. */
  readonly name: string;
  readonly inputs: readonly DrvPath[];
  readonly status: RunBuildStatus;
  readonly estimateSeconds?: number | undefined;
  /** Milliseconds since 1970, as all times here. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** `logLines` is how many lines the log has before it. */
  readonly phases: readonly { readonly name: string; readonly at: number; readonly logLines?: number | undefined }[];
  readonly cpuSeconds?: number | undefined;
  readonly maxRssBytes?: number | undefined;
  /** In how many samples each program was running. */
  readonly running?: Readonly<Record<string, number>> | undefined;
  readonly outputs: readonly { readonly name: string; readonly path: StorePath; readonly narSize: number }[];
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
  readonly lastLines: readonly string[];
  readonly differences: readonly OutputDifference[];
}

export interface RunFetch {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly size: number;
  readonly bytes: number;
  readonly failed: boolean;
}

export interface Run {
  /** The name of the journal. */
  readonly id: string;
  readonly startedAt: number;
  /** When the last event happened. */
  readonly lastAt: number;
  readonly running: boolean;
  readonly targets: readonly string[];
  readonly jobs: number;
  readonly cores: number;
  readonly builds: readonly RunBuild[];
  readonly fetches: readonly RunFetch[];
  /** Missing while it runs, and if it was killed. */
  readonly summary?:
    | { readonly built: number; readonly reused: number; readonly failed: number; readonly skipped: number; readonly durationSeconds: number }
    | undefined;
  /** Why it ended early. */
  readonly ended?: { readonly code: string; readonly message: string } | undefined;
}

/** How a run ended, in a few words: the same wherever it is told. */
export function outcomeOf({ running, summary, ended }: Pick<Run, 'running' | 'summary' | 'ended'>): 'going on' | 'stopped' | 'failed' | 'done' {
  if (running) return 'going on';
  if (summary === undefined || ended?.code === 'E_CANCELLED') return 'stopped';
  return summary.failed > 0 || ended !== undefined ? 'failed' : 'done';
}

/** Builds report no more. Journals from before this limit can have any number. */
const MOST_PHASES = 200;

/** Turns a journal into a run, line by line; `run` can be read at any time. */
export class RunFolder {
  private readonly builds = new Map<string, RunBuild>();
  private readonly fetches = new Map<string, RunFetch>();
  private summary: Run['summary'];
  private ended: Run['ended'];
  private header: { readonly at: number; readonly targets: readonly string[]; readonly jobs: number; readonly cores: number } | undefined;
  private lastAt = 0;

  constructor(private readonly id: string) {}

  add(line: JournalLine): void {
    this.lastAt = Math.max(this.lastAt, line.at);
    if (line.type === 'run') this.header = line;
    else this.event(line);
  }

  /** `undefined` until the journal has named its writer. `alive` says whether the writer still runs. */
  run(alive: boolean): Run | undefined {
    if (this.header === undefined) return undefined;
    const { at, targets, jobs, cores } = this.header;
    const running = alive && this.summary === undefined;
    const builds = [...this.builds.values()].map((build): RunBuild =>
      running || !isOpen(build) ? build : { ...build, status: 'lost', endedAt: this.lastAt },
    );
    return {
      id: this.id,
      startedAt: at,
      lastAt: this.lastAt,
      running,
      targets,
      jobs,
      cores,
      builds,
      fetches: [...this.fetches.values()],
      summary: this.summary,
      ended: this.ended,
    };
  }

  private event(event: JournalEvent): void {
    switch (event.type) {
      case 'plan':
        for (const { drvPath, name, inputs, estimateSeconds } of event.drvs) this.update(drvPath, name, { inputs, estimateSeconds });
        return;
      case 'fetch-start':
        this.fetches.set(event.name, { name: event.name, startedAt: event.at, size: event.size, bytes: 0, failed: false });
        return;
      case 'fetch-progress':
        this.fetched(event.name, { bytes: event.bytes });
        return;
      case 'fetch-done':
        this.fetched(event.name, { endedAt: event.at, bytes: this.fetches.get(event.name)?.size ?? 0 });
        return;
      case 'fetch-failed':
        this.fetched(event.name, { endedAt: event.at, failed: event.final });
        return;
      case 'cache-refused':
        return;
      case 'build-wait':
        this.update(event.drvPath, event.name, { status: 'waiting', startedAt: event.at });
        return;
      case 'build-start':
        this.update(event.drvPath, event.name, { status: 'building', startedAt: event.at });
        return;
      case 'build-phase': {
        const build = this.builds.get(event.drvPath);
        if (build !== undefined && build.phases.length < MOST_PHASES)
          this.builds.set(event.drvPath, { ...build, phases: [...build.phases, { name: event.phase, at: event.at, logLines: event.logLines }] });
        return;
      }
      case 'build-done': {
        const { cpuSeconds, maxRssBytes, running } = event.usage;
        const outputs = outputsOf(event.outputs);
        this.update(event.drvPath, event.name, { status: 'built', endedAt: event.at, cpuSeconds, maxRssBytes, running, outputs });
        return;
      }
      case 'build-reused':
        this.update(event.drvPath, event.name, { status: 'reused', endedAt: event.at, outputs: outputsOf(event.outputs) });
        return;
      case 'build-failed': {
        const { code, message } = event.failure;
        const status = code === 'E_CANCELLED' ? 'stopped' : 'failed';
        this.update(event.drvPath, event.name, { status, endedAt: event.at, failure: { code, message }, lastLines: event.lastLines });
        return;
      }
      case 'build-compared': {
        const differences = event.comparison.kind === 'different' ? event.comparison.differences : [];
        this.update(event.drvPath, event.name, { status: 'compared', endedAt: event.at, differences });
        return;
      }
      case 'done':
        this.summary = event.summary;
        this.ended = event.failure === undefined ? undefined : { code: event.failure.code, message: event.failure.message };
    }
  }

  private update(drvPath: DrvPath, name: string, change: Partial<RunBuild>): void {
    const before = this.builds.get(drvPath) ?? {
      drvPath,
      name,
      inputs: [],
      status: 'queued',
      phases: [],
      outputs: [],
      lastLines: [],
      differences: [],
    };
    this.builds.set(drvPath, { ...before, ...change });
  }

  private fetched(name: string, change: Partial<RunFetch>): void {
    const before = this.fetches.get(name);
    if (before !== undefined) this.fetches.set(name, { ...before, ...change });
  }
}

function isOpen({ status }: RunBuild): boolean {
  return status === 'building' || status === 'waiting';
}

function outputsOf(outputs: Readonly<Record<string, { readonly path: StorePath; readonly narSize: number }>>): RunBuild['outputs'] {
  return Object.entries(outputs).map(([name, { path, narSize }]) => ({ name, path, narSize }));
}
