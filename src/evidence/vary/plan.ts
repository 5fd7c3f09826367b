/**
 * Plans which settings are tried together. Most leaks show whatever else is changed, so a run can change many things at once. Some leaks
 * need two changes. In a pairwise plan, every two settings of two variations are together in some run; the usual setting counts as one.
 */
import type { SandboxVariation } from '../../build/index.js';
import type { Change, Setting, Variation } from './variations.js';

/** One setting of one variation. */
export interface Chosen {
  readonly variation: Variation;
  readonly setting: Setting;
}

/** The changes of one run. The first run of a plan changes nothing. */
export type PlannedRun = readonly Chosen[];

export type Cover = 'pairs' | 'each';

/** Plans the runs. `pairs`: as above. `each`: each setting once, in as few runs as possible. */
export function planRuns(variations: readonly Variation[], cover: Cover): readonly PlannedRun[] {
  return [[], ...(cover === 'pairs' ? pairwise(variations) : eachOnce(variations))];
}

/** The name of a setting in output and records: `time: 2039`. */
export function nameOf({ variation, setting }: Chosen): string {
  return `${variation.name}: ${setting.name}`;
}

function eachOnce(variations: readonly Variation[]): PlannedRun[] {
  const most = Math.max(0, ...variations.map(({ settings }) => settings.length));
  return Array.from({ length: most }, (_, index) =>
    variations.flatMap((variation): Chosen[] => {
      const setting = variation.settings[index];
      return setting === undefined ? [] : [{ variation, setting }];
    }),
  );
}

/** The number of a setting for each variation; 0 is the usual one. */
type Row = readonly number[];

/**
 * Makes one row at a time. A row begins with a pair that no row has yet, and gets for each other variation the setting that adds the most
 * new pairs. The same variations always give the same plan.
 */
function pairwise(variations: readonly Variation[]): PlannedRun[] {
  const counts = variations.map(({ settings }) => settings.length + 1);
  const open = new Set<string>();
  const pair = (a: number, x: number, b: number, y: number): string => (a < b ? `${a}=${x} ${b}=${y}` : `${b}=${y} ${a}=${x}`);
  counts.forEach((countA, a) =>
    counts.forEach((countB, b) => {
      for (let x = 0; a < b && x < countA; x++) for (let y = 0; y < countB; y++) if (x + y > 0) open.add(pair(a, x, b, y));
    }),
  );
  const rows: Row[] = [];
  while (open.size > 0) {
    const row = new Map(firstOf(open));
    // Variations with the most settings first, because they have the most pairs.
    const order = counts.map((_, index) => index).sort((a, b) => counts[b]! - counts[a]! || a - b);
    for (const index of order.filter((one) => !row.has(one))) {
      const gains = Array.from(
        { length: counts[index]! },
        (_, value) => [...row].filter(([other, with_]) => open.has(pair(index, value, other, with_))).length,
      );
      row.set(index, gains.indexOf(Math.max(...gains)));
    }
    for (const [a, x] of row) for (const [b, y] of row) if (a !== b) open.delete(pair(a, x, b, y));
    rows.push(counts.map((_, index) => row.get(index) ?? 0));
  }
  const single = variations.length === 1 ? eachOnce(variations) : [];
  return [
    ...single,
    ...rows.map((row) =>
      row.flatMap((value, index): Chosen[] => {
        const variation = variations[index]!;
        return value === 0 ? [] : [{ variation, setting: variation.settings[value - 1]! }];
      }),
    ),
  ];
}

function firstOf(open: ReadonlySet<string>): [number, number][] {
  const [first = ''] = open;
  return first.split(' ').map((part) => part.split('=').map(Number) as [number, number]);
}

/** Merges all changes of a run. */
export function mergeChanges(changes: readonly Change[]): {
  readonly sandbox: SandboxVariation;
  readonly tracer: readonly string[];
  readonly buildMemory: number | undefined;
} {
  const sandboxes = changes.flatMap(({ sandbox }) => sandbox ?? []);
  const env = Object.assign({}, ...sandboxes.map((sandbox) => sandbox.env ?? {})) as Record<string, string>;
  const files = new Map(sandboxes.flatMap((sandbox) => [...(sandbox.files ?? [])]));
  return {
    sandbox: { ...(Object.assign({}, ...sandboxes) as SandboxVariation), env, files },
    tracer: changes.flatMap(({ tracer }) => tracer ?? []),
    buildMemory: changes.findLast(({ buildMemory }) => buildMemory !== undefined)?.buildMemory,
  };
}
