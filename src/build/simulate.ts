/** How long a graph would take on a machine with other processors: the scheduler, with measured times in the place of builds. Pure. */
import type { DrvPath } from '../formats/index.js';
import { criticalPath, type Graph, type GraphNode } from './graph.js';

/** How long a step took once. */
export interface Measured {
  /** Wall clock. */
  readonly seconds: number;
  /** Of all its processes; `undefined` where nobody counted. */
  readonly cpuSeconds?: number | undefined;
  /** How many processors it was told to use. */
  readonly cores: number;
}

/** A step's processor time: what goes on alone, and what as many processors as there are share. */
export interface Work {
  readonly serial: number;
  readonly parallel: number;
}

export interface SimulatedStep {
  readonly drvPath: DrvPath;
  readonly start: number;
  readonly end: number;
}

export interface Simulated {
  readonly seconds: number;
  readonly steps: ReadonlyMap<DrvPath, SimulatedStep>;
  /** The steps that the end waited for, the first one first. */
  readonly path: readonly SimulatedStep[];
  /** From 0 to 1: how much of all processors' time was used. */
  readonly busy: number;
}

/**
 * Tells the two parts of a step's work apart: with c processors it took `serial + parallel / c` by the clock and `serial + parallel` of
 * processor time (Amdahl). Other steps that ran at the same time make it look more serial than it is. What was not counted is taken for serial.
 */
export function workOf({ seconds, cpuSeconds, cores }: Measured): Work {
  if (cpuSeconds === undefined || cores < 2 || cpuSeconds <= seconds) return { serial: seconds, parallel: 0 };
  const parallel = Math.min(cpuSeconds, ((cpuSeconds - seconds) * cores) / (cores - 1));
  return { serial: cpuSeconds - parallel, parallel };
}

/** By the clock, alone on a machine. */
function alone({ serial, parallel }: Work, cores: number): number {
  return serial + parallel / cores;
}

interface Running {
  readonly node: GraphNode;
  readonly start: number;
  /** Seconds that it would still take alone. */
  left: number;
  /** How many processors it keeps busy then, on the average. */
  readonly demand: number;
}

/** Runs a graph on `cores` processors, `jobs` steps at once, each told to use all. Where they want more than there is, all are slowed alike. */
export function simulate(
  graph: Graph,
  workOf: (node: GraphNode) => Work,
  { cores, jobs }: { readonly cores: number; readonly jobs: number },
): Simulated {
  const secondsOf = (node: GraphNode): number => Math.max(alone(workOf(node), cores), 0.001);
  const rank = criticalPath(graph, secondsOf);
  const rankOf = (node: GraphNode): number => rank.get(node.drvPath) ?? 0;
  const inputsLeft = new Map([...graph.values()].map(({ drvPath, inputs }) => [drvPath, inputs.length]));
  const ready = [...graph.values()].filter(({ inputs }) => inputs.length === 0);
  const steps = new Map<DrvPath, SimulatedStep>();
  let running: Running[] = [];
  let now = 0;
  let used = 0;
  for (;;) {
    ready.sort((a, b) => rankOf(b) - rankOf(a));
    for (const node of ready.splice(0, jobs - running.length)) {
      const seconds = secondsOf(node);
      const { serial, parallel } = workOf(node);
      running.push({ node, start: now, left: seconds, demand: (serial + parallel) / seconds });
      used += serial + parallel;
    }
    if (running.length === 0) break;
    const rate = Math.min(1, cores / running.reduce((sum, { demand }) => sum + demand, 0));
    const passed = Math.min(...running.map(({ left }) => left));
    now += passed / rate;
    for (const one of running) one.left -= passed;
    const ended = running.filter(({ left }) => left <= 1e-9);
    running = running.filter(({ left }) => left > 1e-9);
    for (const { node, start } of ended) {
      steps.set(node.drvPath, { drvPath: node.drvPath, start, end: now });
      for (const dependent of node.dependents) {
        const left = (inputsLeft.get(dependent) ?? 0) - 1;
        inputsLeft.set(dependent, left);
        const next = graph.get(dependent);
        if (left === 0 && next !== undefined) ready.push(next);
      }
    }
  }
  return { seconds: now, steps, path: pathOf(graph, steps), busy: now === 0 ? 0 : used / (now * cores) };
}

/** From the last step back: each time to the input that was ready last. */
function pathOf(graph: Graph, steps: ReadonlyMap<DrvPath, SimulatedStep>): SimulatedStep[] {
  const lastOf = (drvPaths: Iterable<DrvPath>): SimulatedStep | undefined =>
    [...drvPaths]
      .flatMap((drvPath) => steps.get(drvPath) ?? [])
      .reduce<SimulatedStep | undefined>((last, step) => (last === undefined || step.end > last.end ? step : last), undefined);
  const path: SimulatedStep[] = [];
  for (let step = lastOf(steps.keys()); step !== undefined; step = lastOf(graph.get(step.drvPath)?.inputs ?? [])) path.unshift(step);
  return path;
}
