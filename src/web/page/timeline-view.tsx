/** The last runs, and one of them as a chart. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { outcomeOf, drawTimeline, timelineOf, type Bar, type ChainReport, type Run, type RunBuild, type Timeline } from '../../report/index.js';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../../quantity.js';
import { CompareWith } from './compare-view.js';
import { runs } from './data.js';
import { draw } from './drawing.js';
import { useNow } from './now.js';
import { PackageLink } from './parts.js';
import { linkTo } from './route.js';
import { SortableTable, type Column } from './sortable-table.js';

export function TimelineView({ report, id }: { readonly report: ChainReport; readonly id: string }) {
  const run = id === '' ? runs.value[0] : runs.value.find((one) => one.id === id);
  return (
    <article>
      <h1>Timeline</h1>
      {run === undefined ? (
        <p class="soft">
          {runs.value.length === 0 ? 'Nothing was built in this store yet. Running builds are shown here.' : 'That run is no longer kept.'}
        </p>
      ) : (
        <OneRun report={report} run={run} />
      )}
      {runs.value.length > 1 && (
        <nav aria-label="Runs">
          <h2>Last runs</h2>
          <div class="scroll" role="region" aria-label="Last runs" tabIndex={0}>
            <table>
              <tbody>
                {runs.value.map((one) => (
                  <tr key={one.id}>
                    <th scope="row">
                      <a href={linkTo('timeline', one.id)} aria-current={one === run ? 'page' : undefined}>
                        {formatMoment(one.startedAt)}
                      </a>
                    </th>
                    <td class="prose">{one.targets.join(' ')}</td>
                    <td class={`prose ${one.running ? 'work' : outcomeOf(one) === 'failed' ? 'bad' : 'soft'}`}>{outcome(one)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </nav>
      )}
    </article>
  );
}

function outcome(run: Run): string {
  if (run.running) return 'going on';
  if (run.summary === undefined) return 'stopped before its end';
  const { built, failed, durationSeconds } = run.summary;
  const why =
    outcomeOf(run) === 'failed' && run.ended !== undefined ? `, FAILED: ${run.ended.code}` : outcomeOf(run) === 'stopped' ? ', stopped' : '';
  return `${formatCount(built, 'build')}${failed > 0 ? `, ${failed} FAILED` : ''}${why}, ${formatSeconds(durationSeconds)}`;
}

function OneRun({ report, run }: { readonly report: ChainReport; readonly run: Run }) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useSignal(900);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.max(320, Math.floor(entry.contentRect.width));
    });
    observer.observe(holder.current!);
    return () => observer.disconnect();
  }, []);
  const now = useNow().value;
  const timeline = timelineOf(run, run.running ? Math.max(now, run.lastAt) : run.lastAt);
  const ids = new Map(
    report.recipes.flatMap(({ id, drvPath, test }) => [[drvPath, id] as const, ...(test === undefined ? [] : [[test.drvPath, id] as const])]),
  );
  const names = new Map(run.builds.map(({ drvPath, name }) => [drvPath, name]));
  const waiting = run.builds.filter(({ status }) => status === 'queued').length;
  const critical = timeline.bars.filter((bar) => bar.critical).reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
  const cpu = run.builds.reduce((sum, { cpuSeconds }) => sum + (cpuSeconds ?? 0), 0);
  const span = (timeline.to - timeline.from) / 1000;
  return (
    <>
      <p class="lead" role="status">
        {run.targets.join(' ')}: {outcome(run)}
        {run.running && `, ${formatSeconds(span)} so far, ${waiting} waiting${whenItEnds(timeline)}`}
      </p>
      {timeline.bars.length > 0 && (
        <p>
          Critical path, {formatSeconds(critical)}: {timeline.criticalPath.map((path) => names.get(path)).join(' → ')}.{' '}
          {cpu > 0 && (
            <span class="soft">
              On average {(cpu / Math.max(span, 0.001)).toFixed(1)} processors of {run.cores} were in use.
            </span>
          )}
        </p>
      )}
      <div class="chart" ref={holder}>
        {draw(drawTimeline(timeline, width.value, run.cores))}
      </div>
      <CompareWith run={run} />
      <SortableTable
        caption="Builds of this run"
        noun="build"
        columns={columns(run, ids)}
        rows={timeline.bars}
        keyOf={({ build }) => build.drvPath}
      />
      {run.builds
        .filter(({ failure }) => failure !== undefined)
        .map((build) => (
          <section key={build.drvPath} class="failure">
            <h2>{build.name} failed</h2>
            <p>{build.failure?.message}</p>
            <pre tabIndex={0}>{build.lastLines.join('\n')}</pre>
          </section>
        ))}
    </>
  );
}

function columns(run: Run, ids: ReadonlyMap<string, string>): readonly Column<Bar>[] {
  return [
    { title: 'build', by: ({ build }) => build.name, cell: ({ build }) => <BuildName build={build} id={ids.get(build.drvPath)} /> },
    {
      title: 'status',
      by: ({ build }) => build.status,
      className: ({ build: { status } }) => (status === 'failed' || status === 'lost' ? 'bad' : status === 'building' ? 'work' : ''),
    },
    { title: 'phase', by: ({ build }) => (build.status === 'building' ? build.phases.at(-1)?.name : undefined) },
    { title: 'began after', by: ({ from }) => from, cell: ({ from }) => formatSeconds((from - run.startedAt) / 1000), isNumber: true },
    { title: 'time', by: ({ from, to }) => to - from, cell: ({ from, to }) => formatSeconds((to - from) / 1000), isNumber: true },
    {
      title: 'processor time',
      by: ({ build }) => build.cpuSeconds,
      cell: ({ build: { cpuSeconds } }) => (cpuSeconds === undefined ? '' : formatSeconds(cpuSeconds)),
      isNumber: true,
    },
    {
      title: 'memory',
      by: ({ build }) => build.maxRssBytes,
      cell: ({ build: { maxRssBytes } }) => (maxRssBytes === undefined ? '' : formatBytes(maxRssBytes)),
      isNumber: true,
    },
    { title: 'critical', by: ({ critical }) => (critical ? 'yes' : undefined) },
  ];
}

function BuildName({ build: { name }, id }: { readonly build: RunBuild; readonly id: string | undefined }) {
  if (id === undefined) return <>{name}</>;
  return id === name ? <PackageLink id={id} /> : <a href={linkTo('package', id)}>{name}</a>;
}

/** When a run that goes on will end, by its estimates. */
function whenItEnds({ expected, to: now }: Timeline): string {
  if (expected === undefined) return '';
  if (expected.overdue.length > 0) return `, overdue: ${expected.overdue.join(', ')}`;
  return `, about ${formatSeconds((expected.end - now) / 1000)} left, until ${formatMoment(expected.end).slice(11)}`;
}
