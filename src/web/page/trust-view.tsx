/** Why something can be trusted: the path back to the seed, with every byte on it. */
import { useSignal } from '@preact/signals';
import { parseOutputName } from '../../formats/index.js';
import { foundationOf, outsideNamed, premises, type ChainReport, type Foundation, type RecipeFacts } from '../../report/index.js';
import { formatBytes } from '../../quantity.js';
import { PackageLink } from './parts.js';
import { linkTo } from './route.js';

export function TrustView({ report, id }: { readonly report: ChainReport; readonly id: string }) {
  const asked = id === '' ? report.defaultTarget : id;
  const trust = foundationOf(report, asked);
  const outside = trust === undefined ? outsideNamed(report, asked)[0] : undefined;
  return (
    <article class="trust">
      <h1>Why trust {outside === undefined ? asked : 'file' in outside.facts ? outside.facts.file : outside.facts.name}?</h1>
      <Ask report={report} />
      {trust !== undefined ? <Answer trust={trust} /> : <FromOutside report={report} asked={asked} />}
    </article>
  );
}

function Ask({ report }: { readonly report: ChainReport }) {
  const failure = useSignal('');
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        const text = event.currentTarget.querySelector('input')?.value.trim() ?? '';
        const found = makerOf(report, text)?.id ?? (outsideNamed(report, text).length > 0 ? text : undefined);
        failure.value = found === undefined ? `nothing in this chain made or took ${text}` : '';
        if (found !== undefined) window.location.hash = linkTo('trust', found);
      }}
    >
      <label for="what">Ask of any file, store path, source or package</label>
      <input id="what" name="what" list="packages" placeholder="/nix/store/…/bin/ash" />
      <button type="submit">Why?</button>
      <span class="bad" role="status">
        {failure.value}
      </span>
    </form>
  );
}

/** The recipe of a package's name, a `target^output`, a store path or a file below one. */
function makerOf(report: ChainReport, text: string): RecipeFacts | undefined {
  const hash = /\/nix\/store\/([0-9a-z]{32})-/.exec(text)?.[1];
  if (hash === undefined) return report.recipes.find(({ id }) => id === parseOutputName(text).of);
  return report.recipes.find(({ outputs, drvPath }) => drvPath.includes(hash) || outputs.some(({ built }) => built?.path.includes(hash) === true));
}

/** A source, a seed or a file beside a recipe: which bytes it is, and what rests on it. */
function FromOutside({ report, asked }: { readonly report: ChainReport; readonly asked: string }) {
  const found = outsideNamed(report, asked);
  if (found.length === 0) return <p>There is no package or source {asked}.</p>;
  return (
    <>
      {found.map(({ kind, facts, takenBy, restOnIt }) => (
        <section key={facts.path}>
          <p class="lead">
            {kind === 'source' ? 'A source as it was published' : kind === 'seed' ? 'A seed' : 'It lies beside a recipe'},{' '}
            {facts.size.toLocaleString('en')} bytes. {restOnIt.length} of {report.recipes.length} builds rest on it.
          </p>
          {kind !== 'local' && (
            <p>
              <code class="hash">sha256 {facts.sha256}</code>
            </p>
          )}
          {kind === 'source' && <p class="places">{facts.places.join('  ')}</p>}
          <h2>Taken by</h2>
          <Packages ids={takenBy} />
          <h2>What rests on it</h2>
          <Packages ids={restOnIt} />
        </section>
      ))}
    </>
  );
}

function Packages({ ids }: { readonly ids: readonly string[] }) {
  return (
    <p class="list">
      {ids.map((id) => (
        <PackageLink key={id} id={id} />
      ))}
    </p>
  );
}

function Answer({ trust }: { readonly trust: Foundation }) {
  const { totals, recipes, sources, seeds, way, locals } = trust;
  const widest = Math.max(1, ...sources.map(({ size }) => size), ...seeds.map(({ size }) => size));
  const seedOf = way.at(-1);
  return (
    <>
      <p class="lead">
        It rests on <strong>{formatBytes(totals.seeds)}</strong> of binary that nobody here compiled, and on{' '}
        <strong>{formatBytes(totals.sources + totals.locals + totals.scripts)}</strong> of source, by way of{' '}
        {recipes.length === 1 ? 'one build' : `${recipes.length} builds`}.
      </p>
      <div
        class="weigh"
        role="img"
        aria-label={`seed ${formatBytes(totals.seeds)}, sources ${formatBytes(totals.sources)}, recipes and patches ${formatBytes(totals.locals + totals.scripts)}`}
      >
        <Weight name="seed" bytes={totals.seeds} most={totals.sources} kind="work" />
        <Weight name="recipes and patches" bytes={totals.locals + totals.scripts} most={totals.sources} kind="ink" />
        <Weight name="sources" bytes={totals.sources} most={totals.sources} kind="built" />
      </div>

      <section>
        <h2>The way back</h2>
        <ol class="way">
          {way.map((recipe) => (
            <li key={recipe.id}>
              <PackageLink id={recipe.id} /> <span class="soft">{recipe.version}</span>
              <span class="takes">
                {sources
                  .filter(({ path }) => recipe.takes.includes(path))
                  .map(({ file, size }) => `${file}, ${formatBytes(size)}`)
                  .join(' · ')}
              </span>
              <span class="soft also">{alsoNeeds(recipe, way)}</span>
            </li>
          ))}
          {seeds
            .filter(({ path }) => seedOf?.takes.includes(path) === true)
            .map((seed) => (
              <li key={seed.path} class="seed">
                <strong>{seed.name}</strong> the seed, {seed.size} bytes <code class="hash">sha256 {seed.sha256}</code>
              </li>
            ))}
        </ol>
      </section>

      <section>
        <h2>What must be believed</h2>
        <dl class="premises">
          {premises(trust).map(({ what, why, bytes }) => (
            <div key={what}>
              <dt>
                {what} {bytes !== undefined && <span class="soft">{formatBytes(bytes)}</span>}
              </dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      </section>

      <section>
        <h2>Every byte of source</h2>
        <div class="scroll" role="region" aria-label="Sources" tabIndex={0}>
          <table class="sources">
            <thead>
              <tr>
                <th scope="col">archive</th>
                <th scope="col" class="number">
                  bytes
                </th>
                <th scope="col">
                  <span class="hidden">size compared</span>
                </th>
                <th scope="col">SHA-256</th>
              </tr>
            </thead>
            <tbody>
              {[...seeds.map((seed) => ({ ...seed, file: `${seed.name} (the seed)` })), ...sources].map(({ path, file, size, sha256 }) => (
                <tr key={path}>
                  <th scope="row">
                    <a href={linkTo('trust', path)}>{file}</a>
                  </th>
                  <td class="number">{size.toLocaleString('en')}</td>
                  <td class="bar-cell">
                    <span style={{ width: `${(100 * size) / widest}%` }} />
                  </td>
                  <td>
                    <code class="hash">{sha256}</code>
                  </td>
                </tr>
              ))}
              {locals.map(({ path, name, size }) => (
                <tr key={path}>
                  <th scope="row">
                    <a href={linkTo('trust', path)}>{name}</a>, beside a recipe
                  </th>
                  <td class="number">{size.toLocaleString('en')}</td>
                  <td class="bar-cell">
                    <span style={{ width: `${(100 * size) / widest}%` }} />
                  </td>
                  <td>
                    <code class="hash">{path.slice('/nix/store/'.length)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

/** Squares whose areas are to scale. */
function Weight({ name, bytes, most, kind }: { readonly name: string; readonly bytes: number; readonly most: number; readonly kind: string }) {
  const side = Math.max(2, 150 * Math.sqrt(bytes / Math.max(most, 1)));
  return (
    <figure>
      <span class={`square ${kind}`} style={{ width: `${side}px`, height: `${side}px` }} />
      <figcaption>
        <strong>{formatBytes(bytes)}</strong>
        <br />
        {name}
      </figcaption>
    </figure>
  );
}

function alsoNeeds(recipe: RecipeFacts, way: readonly RecipeFacts[]): string {
  const others = recipe.needs.filter(({ id }) => !way.some((step) => step.id === id)).map(({ id }) => id);
  return others.length === 0 ? '' : `and needs ${others.join(', ')}`;
}
