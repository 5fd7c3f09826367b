/** One package: what it is made of, what came out, what it looked like while it was made. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { buildStatus, type ChainReport, type RecipeFacts } from '../../report/index.js';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../../quantity.js';
import type { OutputDetails, PackageDetails, ShownEdit, TreeFile } from '../package-details.js';
import { load, runs, type Loaded } from './data.js';
import { LogView } from './log-view.js';
import { DiffLines, PackageLink, Path, pinText } from './parts.js';
import { linkTo } from './route.js';

export function PackageView({ report, id }: { readonly report: ChainReport; readonly id: string }) {
  const facts = report.recipes.find((recipe) => recipe.id === id);
  const details = useSignal<Loaded<PackageDetails>>({ state: 'loading' });
  const status = facts === undefined ? '' : buildStatus(facts);
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
        <Fact name="status">{current?.status ?? status}</Fact>
        {facts.duration !== undefined && (
          <Fact name="build time">
            {formatSeconds(facts.duration.seconds)}{' '}
            {facts.duration.from === 'reference' && <span class="soft">reckoned from the reference machine</span>}
          </Fact>
        )}
        {facts.test !== undefined && <Fact name="test">{facts.test.passed ? 'passed' : 'not passed yet'}</Fact>}
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
        {facts.outputs.map(({ name, built }) => (
          <Output
            key={name}
            name={name}
            built={built}
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

function Output({
  name,
  built,
  details,
  report,
}: {
  readonly name: string;
  readonly report: ChainReport;
  readonly built: RecipeFacts['outputs'][number]['built'];
  readonly details: OutputDetails | undefined;
}) {
  if (built === undefined) {
    return (
      <p>
        <strong>{name}</strong> <span class="soft">not built</span>
      </p>
    );
  }
  const closure = details?.closure.reduce((sum, { narSize }) => sum + narSize, 0) ?? 0;
  const others = (paths: readonly string[]): readonly string[] => paths.filter((path) => path !== built.path);
  return (
    <div class="output">
      <p>
        <strong>{name}</strong> {formatBytes(built.narSize)}, <span class={built.pinned === 'different' ? 'bad' : ''}>{pinText(built.pinned)}</span>
        {closure > 0 && <span class="soft">, {formatBytes(closure)} with all it needs at run time</span>}
      </p>
      <p>
        <Path path={built.path} />
      </p>
      <p>
        <code class="hash">sha256 of its NAR {built.narHash}</code>
      </p>
      {details !== undefined && (
        <>
          <Paths title="refers to" paths={others(details.references)} report={report} />
          <Paths title="referred to by" paths={others(details.referrers)} report={report} />
          <Closure closure={details.closure} report={report} />
          <details>
            <summary>{formatCount(details.files.length, 'file')}</summary>
            <ul class="files">
              {details.files.map((file) => (
                <li key={file.file}>
                  <code>{file.file === '' ? name : file.file}</code>{' '}
                  <span class="soft">
                    {file.kind === 'symlink'
                      ? `→ ${file.target ?? ''}`
                      : file.kind === 'other'
                        ? 'not a plain file'
                        : `${formatBytes(file.size)}${file.kind === 'program' ? ', program' : ''}`}
                  </span>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </div>
  );
}

function Paths({ title, paths, report }: { readonly title: string; readonly paths: readonly string[]; readonly report: ChainReport }) {
  if (paths.length === 0) return null;
  return (
    <details open={paths.length <= 8}>
      <summary>
        {title} {paths.length === 1 ? 'one path' : `${paths.length} paths`}
      </summary>
      <ul class="paths">
        {paths.map((path) => (
          <li key={path}>
            <LinkedPath path={path} report={report} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Everything that has to be there for it to run, the largest first. */
function Closure({ closure, report }: { readonly closure: OutputDetails['closure']; readonly report: ChainReport }) {
  return (
    <details>
      <summary>closure: {formatCount(closure.length, 'path')}</summary>
      <ul class="paths">
        {closure.map(({ path, narSize }) => (
          <li key={path}>
            <LinkedPath path={path} report={report} /> <span class="soft">{formatBytes(narSize)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A store path that leads to the page of the package that made it, or that it is the derivation of. */
function LinkedPath({ path, report }: { readonly path: string; readonly report: ChainReport }) {
  const maker = report.recipes.find(({ drvPath, outputs }) => drvPath === path || outputs.some(({ built }) => built?.path === path));
  if (maker === undefined) return <Path path={path} />;
  return (
    <a href={linkTo('package', maker.id)}>
      <Path path={path} />
    </a>
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
              <th scope="col">what came of it</th>
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

const isPatch = (name: string): boolean => /\.(patch|diff)$/.test(name);

/** What is altered in the sources, and why. */
function Changes({ edits, locals }: Pick<PackageDetails, 'edits' | 'locals'>) {
  const patches = locals.flatMap(({ name, files }) => files.filter(({ file }) => isPatch(file === '' ? name : file)).map((file) => ({ name, file })));
  if (edits.length + patches.length === 0) return null;
  // Changes one after the other that have the same reason.
  const groups: { readonly reason: string; readonly edits: ShownEdit[] }[] = [];
  for (const edit of edits) {
    if (groups.at(-1)?.reason === edit.reason) groups.at(-1)!.edits.push(edit);
    else groups.push({ reason: edit.reason, edits: [edit] });
  }
  return (
    <section>
      <h2>Changes to the sources</h2>
      {patches.map(({ name, file }) => (
        <Patch key={file.file} file={file} name={name} />
      ))}
      {groups.map((group, index) => (
        <div key={index} class="change">
          <p class={group.reason === '' ? 'reason soft' : 'reason'}>{group.reason === '' ? 'no reason is given' : group.reason}</p>
          {group.edits.map(({ file, change }, at) => (
            <figure key={at}>
              {file !== '' && (
                <figcaption>
                  <code>{file}</code>
                </figcaption>
              )}
              <pre class="hunks" tabIndex={0}>
                {typeof change === 'string' ? change : <DiffLines lines={change} />}
              </pre>
            </figure>
          ))}
        </div>
      ))}
    </section>
  );
}

/** What is written above a patch is why it is there. */
function Patch({ file, name }: { readonly file: TreeFile; readonly name: string }) {
  const reason = /^([\s\S]*?)(?=^(?:---|diff |Index: ))/m.exec(file.text ?? '')?.[1]?.trim() ?? '';
  return (
    <div class="change">
      {reason === '' && <p class="reason soft">no reason is given</p>}
      {reason.split(/\n\s*\n/).map((paragraph) => (
        <p key={paragraph} class="reason">
          {paragraph}
        </p>
      ))}
      <LocalFile file={file} name={name} />
    </div>
  );
}

function Locals({ locals }: Pick<PackageDetails, 'locals'>) {
  const others = locals.map(({ files, ...local }) => ({ ...local, files: files.filter(({ file }) => !isPatch(file === '' ? local.name : file)) }));
  return (
    <>
      {others
        .filter(({ files }) => files.length > 0)
        .map((local) => (
          <section key={local.path}>
            <h2>
              {local.name} <span class="soft">beside the recipe</span>
            </h2>
            {local.files.map((file) => (
              <LocalFile key={file.file} file={file} name={local.name} />
            ))}
          </section>
        ))}
    </>
  );
}

function LocalFile({ file, name }: { readonly file: TreeFile; readonly name: string }) {
  return (
    <details>
      <summary>
        <code>{file.file === '' ? name : file.file}</code> <span class="soft">{formatBytes(file.size)}</span>
      </summary>
      {file.text === undefined ? <p class="soft">not text</p> : <Source text={file.text} />}
    </details>
  );
}

function Source({ text, line }: { readonly text: string; readonly line?: number }) {
  const lines = text.replace(/\n$/, '').split('\n');
  const frame = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const here = frame.current?.querySelector<HTMLElement>('.here');
    if (frame.current !== null && here != null) frame.current.scrollTop = here.offsetTop - frame.current.offsetTop - 60;
  }, [text, line]);
  return (
    <pre class="listing" tabIndex={0} ref={frame}>
      {lines.map((one, index) => (
        <span key={index} class={index + 1 === line ? 'line here' : 'line'}>
          {one}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
