/** Two runs side by side, or a run and the machine whose times come with the chain. */
import { buildsOf, compareBuilds, referenceBuilds, type BuildsByName, type ChainReport, type ComparedBuild, type Run } from '../../report/index.js';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../../quantity.js';
import { runs } from './data.js';
import { linkTo } from './route.js';
import { SortableTable, type Column } from './sortable-table.js';

/** Stands for the reference machine in the place of a run's id. */
const REFERENCE = 'reference';

/** The address of a comparison. */
export function compareLink(first: string, second: string): string {
  return linkTo('compare', `${first}..${second}`);
}

export function CompareView({ report, names }: { readonly report: ChainReport; readonly names: string }) {
  const [first = '', second = ''] = names.split('..');
  const [a, b] = [sideOf(report, first), sideOf(report, second)];
  return (
    <article>
      <h1>Run against run</h1>
      {a === undefined || b === undefined ? <p>One of these runs is no longer kept.</p> : <Compared a={a} b={b} />}
    </article>
  );
}

interface Side {
  readonly title: string;
  readonly builds: BuildsByName;
  readonly run: Run | undefined;
}

function sideOf(report: ChainReport, id: string): Side | undefined {
  if (id === REFERENCE) return { title: 'the reference machine', builds: referenceBuilds(report), run: undefined };
  const run = runs.value.find((one) => one.id === id);
  return run && { title: formatMoment(run.startedAt), builds: buildsOf(run), run };
}

function Compared({ a, b }: { readonly a: Side; readonly b: Side }) {
  const { builds, both } = compareBuilds(a.builds, b.builds);
  return (
    <>
      <p class="lead">
        Compared are <SideName side={a} /> and <SideName side={b} />:{' '}
        {both.count === 0 ? 'nothing was built in both' : `${formatCount(both.count, 'build')} in both`}
        {both.count > 0 && (
          <>
            , in <strong>{formatSeconds(both.first)}</strong> and in <strong>{formatSeconds(both.second)}</strong>, one after the other
            {both.first > 0 && `: ${ratioText(both.second / both.first)}`}
          </>
        )}
        .
      </p>
      <SortableTable caption="Builds of both" noun="build" columns={columns(a, b)} rows={builds} keyOf={({ name }) => name} />
    </>
  );
}

function SideName({ side: { title, run } }: { readonly side: Side }) {
  return run === undefined ? <>{title}</> : <a href={linkTo('timeline', run.id)}>{title}</a>;
}

function ratioText(ratio: number): string {
  return `× ${ratio.toFixed(2)}`;
}

function columns(a: Side, b: Side): readonly Column<ComparedBuild>[] {
  const ratio = ({ first, second }: ComparedBuild): number | undefined =>
    first === undefined || second === undefined || first.seconds === 0 ? undefined : second.seconds / first.seconds;
  const time = (title: string, of: (build: ComparedBuild) => number | undefined): Column<ComparedBuild> => ({
    title,
    by: of,
    cell: (build) => (of(build) === undefined ? '' : formatSeconds(of(build)!)),
    isNumber: true,
  });
  const size = ({ first, second }: ComparedBuild): number | undefined =>
    first?.size === undefined || second?.size === undefined ? undefined : second.size - first.size;
  return [
    { title: 'build', by: ({ name }) => name },
    time(`time, ${a.title}`, ({ first }) => first?.seconds),
    time(`time, ${b.title}`, ({ second }) => second?.seconds),
    { title: 'second to first', by: ratio, cell: (build) => (ratio(build) === undefined ? '' : ratioText(ratio(build)!)), isNumber: true },
    time('processor time, first', ({ first }) => first?.cpuSeconds),
    time('processor time, second', ({ second }) => second?.cpuSeconds),
    {
      title: 'size',
      by: size,
      cell: (build) =>
        size(build) === undefined ? '' : size(build) === 0 ? 'same' : `${size(build)! > 0 ? '+' : '−'}${formatBytes(Math.abs(size(build)!))}`,
      isNumber: true,
    },
  ];
}

/** Where to go on from a run: to it and another one, side by side. */
export function CompareWith({ run }: { readonly run: Run }) {
  const others = runs.value.filter((one) => one.id !== run.id);
  return (
    <p class="table-tools">
      <label>
        Compare with{' '}
        <select
          value=""
          onChange={(event) => {
            if (event.currentTarget.value !== '') window.location.hash = compareLink(event.currentTarget.value, run.id).slice(1);
          }}
        >
          <option value="">…</option>
          <option value={REFERENCE}>the reference machine</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {formatMoment(one.startedAt)} {one.targets.join(' ')}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}
