/** One output of a package. */
import { closureTree, type ChainReport, type RecipeFacts } from '../../report/index.js';
import { formatBytes, formatCount } from '../../quantity.js';
import type { OutputDetails } from '../package-details.js';
import { Path, pinText } from './parts.js';
import { linkTo } from './route.js';

/** An output: its size, references and files. */
export function Output({
  name,
  built,
  expected,
  details,
  report,
}: {
  readonly name: string;
  readonly report: ChainReport;
  readonly built: RecipeFacts['outputs'][number]['built'];
  readonly expected: RecipeFacts['outputs'][number]['expected'];
  readonly details: OutputDetails | undefined;
}) {
  if (built === undefined) {
    return (
      <p>
        <strong>{name}</strong> <span class="soft">not built{expected !== undefined && `; by its pin ${formatBytes(expected.narSize)}`}</span>
        {expected !== undefined && (
          <>
            <br />
            <Path path={expected.path} />
          </>
        )}
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
          <Closure root={built.path} closure={details.closure} report={report} />
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

/** Everything that it needs to run: what refers to what, the largest branch first. */
function Closure({ root, closure, report }: { readonly root: string; readonly closure: OutputDetails['closure']; readonly report: ChainReport }) {
  return (
    <details>
      <summary>closure: {formatCount(closure.length, 'path')}</summary>
      <ul class="paths">
        {closureTree(root, closure).map(({ id, depth, own, whole, seenBefore }, index) => (
          <li key={index} style={{ paddingLeft: `${1.2 * Math.min(depth, 12)}rem` }}>
            <LinkedPath path={id} report={report} />{' '}
            <span class="soft">
              {formatBytes(own)}
              {whole !== own && `, ${formatBytes(whole)} with all it refers to`}
              {seenBefore && ', which is above'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A store path, linked to the page of the package that built it, or whose derivation it is. */
function LinkedPath({ path, report }: { readonly path: string; readonly report: ChainReport }) {
  const maker = report.recipes.find(({ drvPath, outputs }) => drvPath === path || outputs.some(({ built }) => built?.path === path));
  if (maker === undefined) return <Path path={path} />;
  return (
    <a href={linkTo('package', maker.id)}>
      <Path path={path} />
    </a>
  );
}
