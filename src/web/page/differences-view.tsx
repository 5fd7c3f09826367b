/** Builds that differed when they were built again, and outputs that differ from their pins. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ContentsDifference } from '../../diff/index.js';
import type { ChainReport } from '../../report/index.js';
import { formatBytes, formatMoment } from '../../quantity.js';
import type { DifferenceResource } from '../resources.js';
import { load, runs, type Loaded } from './data.js';
import { Hunks, PackageLink, Path } from './parts.js';
import { linkTo } from './route.js';

export function DifferencesView({ report, path }: { readonly report: ChainReport; readonly path: string }) {
  if (path !== '') return <Difference baseName={path} />;
  const compared = runs.value.flatMap((run) => run.builds.filter(({ status }) => status === 'compared').map((build) => ({ run, build })));
  const unpinned = report.recipes.flatMap((recipe) =>
    recipe.outputs.filter(({ built }) => built?.pinned === 'different').map(({ name }) => ({ recipe, name })),
  );
  return (
    <article>
      <h1>Differences</h1>
      <section>
        <h2>Compared with the pins</h2>
        {unpinned.length === 0 ? (
          <p class="soft">No output that is built differs from its pin.</p>
        ) : (
          <ul>
            {unpinned.map(({ recipe, name }) => (
              <li key={`${recipe.id}^${name}`}>
                <PackageLink id={recipe.id} />^{name} is not what is pinned
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>Built again</h2>
        {compared.length === 0 ? (
          <p class="soft">
            Nothing was built a second time. <code>zilch build --rebuild</code> does, and what it finds is shown here.
          </p>
        ) : (
          <ul class="runs">
            {compared.map(({ run, build }) => (
              <li key={`${run.id} ${build.drvPath}`}>
                {build.name} <span class="soft">{formatMoment(run.startedAt)}</span>{' '}
                {build.differences.length === 0
                  ? 'came out the same'
                  : build.differences.map(({ path: output, outputName, first }) => (
                      <span key={output}>
                        <a href={linkTo('differences', output.slice(output.lastIndexOf('/') + 1))}>{outputName} differs</a>, first in {first.file}:{' '}
                        {first.what}{' '}
                      </span>
                    ))}
              </li>
            ))}
          </ul>
        )}
      </section>
    </article>
  );
}

function Difference({ baseName }: { readonly baseName: string }) {
  const loaded = useSignal<Loaded<DifferenceResource>>({ state: 'loading' });
  useEffect(() => {
    void load<'difference'>(`difference/${baseName}`).then((value) => (loaded.value = value));
  }, [baseName]);
  if (loaded.value.state === 'loading') return <p class="soft">comparing…</p>;
  if (loaded.value.state === 'failed') return <p class="bad">{loaded.value.message}</p>;
  const { path, difference } = loaded.value.value;
  return (
    <article>
      <p class="kicker">
        <a href={linkTo('differences')}>Differences</a>
      </p>
      <h1>Built twice, and not the same</h1>
      <p>
        <Path path={path} /> is the first, − in what follows; + is what the second build made.
      </p>
      <p class="soft">
        {difference.files.length} files differ, {difference.same} are the same{difference.cutOff && '; there are more'}.
      </p>
      {difference.files.map((file, index) => (
        <section key={index} class="difference">
          <h2>
            <code>{file.file === '' ? 'the output itself' : file.file}</code>
          </h2>
          <p>
            {file.what}
            {file.sizes !== undefined && `: ${formatBytes(file.sizes[0])} and ${formatBytes(file.sizes[1])}`}
          </p>
          {file.contents !== undefined && <Contents contents={file.contents} />}
        </section>
      ))}
    </article>
  );
}

function Contents({ contents }: { readonly contents: ContentsDifference }) {
  switch (contents.kind) {
    case 'text':
      return <Hunks hunks={contents.hunks} />;
    case 'bytes':
      return (
        <>
          <p class="soft">from byte {contents.firstOffset} on</p>
          <Hunks hunks={contents.rows} />
        </>
      );
    case 'large':
      return <p class="soft">from byte {contents.firstOffset} on; too large to be looked into</p>;
    case 'elf':
      return (
        <>
          <ul>
            {contents.elf.sections.map(({ name, first, second }) => (
              <li key={name}>
                section <code>{name}</code> {first ?? 'no'} and {second ?? 'no'} bytes
              </li>
            ))}
          </ul>
          {contents.elf.functions?.map(({ name, hunks }) => (
            <details key={name} open>
              <summary>
                function <code>{name}</code>
              </summary>
              <Hunks hunks={hunks} />
            </details>
          ))}
          <Contents contents={contents.bytes} />
        </>
      );
    case 'parts':
      return (
        <>
          {contents.parts.map(({ name, what }) => (
            <details key={name} open>
              <summary>
                <code>{name}</code> {typeof what === 'string' ? what : ''}
              </summary>
              {typeof what !== 'string' && <Contents contents={what} />}
            </details>
          ))}
        </>
      );
  }
}
