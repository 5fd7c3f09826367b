/** The explorer's page. */
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ChainResource } from '../resources.js';
import { chain, connection, runs, start } from './data.js';
import { DifferencesView } from './differences-view.js';
import { adoptDrawingRules } from './drawing.js';
import { EvidenceView } from './evidence-view.js';
import { GraphView } from './graph-view.js';
import { ListView } from './list-view.js';
import { PackageView } from './package-view.js';
import { linkTo, route } from './route.js';
import { Search } from './search.js';
import { CompareView } from './compare-view.js';
import { TimelineView } from './timeline-view.js';
import { TrustView } from './trust-view.js';

const VIEWS = [
  ['', 'Graph'],
  ['list', 'List'],
  ['timeline', 'Timeline'],
  ['trust', 'Trust'],
  ['evidence', 'Evidence'],
  ['differences', 'Differences'],
] as const;

function Page() {
  const { view, name } = route.value;
  const loaded = chain.value;
  const report = loaded.state === 'there' ? loaded.value.report : undefined;
  useEffect(() => {
    const slash = (event: KeyboardEvent): void => {
      if (event.key !== '/' || (event.target as Element).matches('input')) return;
      event.preventDefault();
      document.querySelector<HTMLInputElement>('.search input')?.focus();
    };
    document.addEventListener('keydown', slash);
    return () => document.removeEventListener('keydown', slash);
  }, []);
  useEffect(() => {
    document.title = `${name === '' ? (VIEWS.find(([one]) => one === view)?.[1] ?? 'Zilch') : name} · ${report?.name ?? 'Zilch'}`;
  }, [view, name, report?.name]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        To the content
      </a>
      <header>
        <a class="brand" href={linkTo('')}>
          <i class="seed-mark" aria-hidden="true" />
          zilch
        </a>
        <nav aria-label="Views">
          {VIEWS.map(([target, title]) => (
            <a key={target} href={linkTo(target)} aria-current={target === (view === 'compare' ? 'timeline' : view) ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <Search report={report} />
        <Status />
      </header>
      <main id="main" tabIndex={-1} class={view === '' ? 'wide' : view === 'list' || view === 'compare' ? 'broad' : ''}>
        {loaded.state === 'loading' && <p class="soft loading">reading the chain…</p>}
        {loaded.state === 'failed' && <p class="bad loading">{loaded.message}</p>}
        {loaded.state === 'there' && <View view={view} name={name} resource={loaded.value} />}
      </main>
    </>
  );
}

function View({ view, name, resource }: { readonly view: string; readonly name: string; readonly resource: ChainResource }) {
  const { report } = resource;
  switch (view) {
    case '':
      return <GraphView {...resource} />;
    case 'list':
      return <ListView report={report} />;
    case 'package':
      return <PackageView key={name} report={report} id={name} />;
    case 'timeline':
      return <TimelineView report={report} id={name} />;
    case 'compare':
      return <CompareView report={report} names={name} />;
    case 'trust':
      return <TrustView report={report} id={name} />;
    case 'evidence':
      return <EvidenceView />;
    case 'differences':
      return <DifferencesView report={report} path={name} />;
    default:
      return <p>There is no such view.</p>;
  }
}

/** The current builds, shown in every view. */
function Status() {
  const running = runs.value.filter((run) => run.running);
  const builds = running.flatMap((run) => run.builds);
  const building = [...new Set(builds.filter(({ status }) => status === 'building').map(({ name }) => name))];
  const done = builds.filter(({ endedAt }) => endedAt !== undefined).length;
  return (
    <p class="status" role="status">
      {connection.value === 'lost' && chain.value.state !== 'loading' && <span class="bad">connection lost</span>}
      {running[0] !== undefined && (
        <a href={linkTo('timeline', running[0].id)}>
          <i class="dot work" aria-hidden="true" /> building {building.join(', ')} ({done} of {builds.length} done)
        </a>
      )}
    </p>
  );
}

adoptDrawingRules();
start();
render(<Page />, document.getElementById('page')!);
