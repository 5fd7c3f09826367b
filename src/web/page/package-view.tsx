/** One package: its inputs, outputs and logs. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ChainReport, RecipeFacts, RunBuild } from '../../report/index.js';
import { formatBytes, formatMoment, formatSeconds } from '../../quantity.js';
import type { PackageDetails } from '../package-details.js';
import { load, runs, type Loaded } from './data.js';
import { LogView } from './log-view.js';
import { Output } from './output-view.js';
import { PackageLink, Path } from './parts.js';
import { Changes, Locals, Source } from './recipe-files.js';
import { linkTo } from './route.js';

export function PackageView({ report, id }: { readonly report: ChainReport; readonly id: string }) {
  const facts = report.recipes.find((recipe) => recipe.id === id);
  const details = useSignal<Loaded<PackageDetails>>({ state: 'loading' });
  const status = facts?.state ?? '';
  useEffect(() => {
    let stopped = false;
    if (facts !== undefined) {
      void load<'package'>(`package/${id}`).then((loaded) => {
        if (!stopped) details.value = loaded;
      });
    }
    return () => {
      stopped = true;
    };
  }, [id, status]);
  if (facts === undefined) return <p>There is no package {id}.</p>;
  const usedBy = report.recipes.filter(({ needs }) => needs.some((need) => need.id === id));
  const current = runs.value.find(({ running }) => running)?.builds.find(({ drvPath }) => drvPath === facts.drvPath);
  const shown = details.value;
  return (
    <article class="package">
      <p class="kicker">{facts.stage}</p>
      <h1>
        {facts.id} <span class="soft">{facts.version}</span>
      </h1>
      {facts.description !== undefined && <p class="lead">{facts.description}</p>}
      <dl class="facts-list">
        <Fact name="state">{current?.status ?? facts.state}</Fact>
        {facts.duration !== undefined && (
          <Fact name="build time">
            {formatSeconds(facts.duration.seconds)}{' '}
            {facts.duration.from === 'reference' && <span class="soft">estimated from the reference machine</span>}
          </Fact>
        )}
        {facts.test !== undefined && <Fact name="test">{facts.test.state}</Fact>}
        {facts.location !== undefined && (
          <Fact name="recipe">
            <button type="button" class="link" onClick={() => document.getElementById('recipe')?.scrollIntoView()}>
              {facts.location.file}:{facts.location.line}
            </button>
          </Fact>
        )}
        <Fact name="derivation">
          <Path path={facts.drvPath} />
        </Fact>
        <Fact name="trust">
          <a href={linkTo('trust', id)}>the way back to the seed</a>
        </Fact>
      </dl>

      <section>
        <h2>Made of</h2>
        <Ingredients report={report} facts={facts} />
      </section>

      {shown.state === 'there' && <Changes edits={shown.value.edits} locals={shown.value.locals} />}

      <section>
        <h2>Outputs</h2>
        {facts.outputs.map(({ name, built, expected }) => (
          <Output
            key={name}
            name={name}
            built={built}
            expected={expected}
            report={report}
            details={shown.state === 'there' ? shown.value.outputs.find((output) => output.name === name) : undefined}
          />
        ))}
      </section>

      <section>
        <h2>Used by</h2>
        {usedBy.length === 0 ? (
          <p class="soft">nothing in this chain</p>
        ) : (
          <p class="list">
            {usedBy.map((one) => (
              <PackageLink key={one.id} id={one.id} />
            ))}
          </p>
        )}
      </section>

      <History facts={facts} />

      {shown.state === 'failed' && <p class="bad">{shown.message}</p>}
      {shown.state === 'there' && (
        <>
          {shown.value.logs.map(({ what, key }) => (
            <section key={key}>
              <h2>{what === 'build' ? 'Log' : 'Log of the test'}</h2>
              <LogView
                title={what === 'build' ? 'Log' : 'Log of the test'}
                logKey={key as `log/${string}`}
                growing={what === 'build' && current?.status === 'building'}
                build={writerOf(what === 'build' ? facts.drvPath : facts.test?.drvPath)}
              />
            </section>
          ))}
          <Locals locals={shown.value.locals} />
          {shown.value.recipe !== undefined && (
            <section id="recipe">
              <h2>
                Recipe{' '}
                <span class="soft">
                  {shown.value.recipe.file}:{shown.value.recipe.line}
                </span>
              </h2>
              <Source text={shown.value.recipe.text} line={shown.value.recipe.line} />
            </section>
          )}
        </>
      )}
    </article>
  );
}

/** The last build of a derivation that wrote a log. */
function writerOf(drvPath: string | undefined): RunBuild | undefined {
  return runs.value
    .flatMap(({ builds }) => builds)
    .find((build) => build.drvPath === drvPath && build.startedAt !== undefined && build.status !== 'reused');
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Ingredients({ report, facts }: { readonly report: ChainReport; readonly facts: RecipeFacts }) {
  const taken = new Set<string>(facts.takes);
  return (
    <ul class="ingredients">
      {facts.needs.map((need) => (
        <li key={need.id}>
          <PackageLink id={need.id} /> <span class="soft">{need.outputs.join(', ')}</span>
        </li>
      ))}
      {report.seeds
        .filter(({ path }) => taken.has(path))
        .map((seed) => (
          <li key={seed.path}>
            <strong>{seed.name}</strong> the seed, {formatBytes(seed.size)} <code class="hash">sha256 {seed.sha256}</code>
          </li>
        ))}
      {report.sources
        .filter(({ path }) => taken.has(path))
        .map((source) => (
          <li key={source.path}>
            <strong>{source.file}</strong> {formatBytes(source.size)} <code class="hash">sha256 {source.sha256}</code>
            <span class="places">{source.places.join('  ')}</span>
          </li>
        ))}
      {report.locals
        .filter(({ path }) => taken.has(path))
        .map((local) => (
          <li key={local.path}>
            <strong>{local.name}</strong> {formatBytes(local.size)}, beside the recipe
          </li>
        ))}
    </ul>
  );
}

function History({ facts }: { readonly facts: RecipeFacts }) {
  const past = runs.value.flatMap((run) =>
    run.builds.filter(({ drvPath, startedAt }) => drvPath === facts.drvPath && startedAt !== undefined).map((build) => ({ run, build })),
  );
  if (past.length === 0) return null;
  return (
    <section>
      <h2>Builds</h2>
      <div class="scroll" role="region" aria-label="Builds" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">when</th>
              <th scope="col">result</th>
              <th scope="col" class="number">
                time
              </th>
              <th scope="col" class="number">
                processor time
              </th>
              <th scope="col" class="number">
                memory
              </th>
            </tr>
          </thead>
          <tbody>
            {past.map(({ run, build }) => (
              <tr key={run.id}>
                <th scope="row">
                  <a href={linkTo('timeline', run.id)}>{formatMoment(build.startedAt!)}</a>
                </th>
                <td class={build.status === 'failed' ? 'prose bad' : 'prose'}>
                  {build.status}
                  {build.failure !== undefined && `: ${build.failure.message}`}
                </td>
                <td class="number">{build.endedAt === undefined ? '' : formatSeconds((build.endedAt - build.startedAt!) / 1000)}</td>
                <td class="number">{build.cpuSeconds === undefined ? '' : formatSeconds(build.cpuSeconds)}</td>
                <td class="number">{build.maxRssBytes === undefined ? '' : formatBytes(build.maxRssBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
