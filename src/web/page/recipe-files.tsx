/** A package's recipe and the files beside it, as text; and its changes to the sources. */
import { useEffect, useRef } from 'preact/hooks';
import { formatBytes } from '../../quantity.js';
import type { PackageDetails, ShownEdit, TreeFile } from '../package-details.js';
import { DiffLines } from './parts.js';

const isPatch = (name: string): boolean => /\.(patch|diff)$/.test(name);

/** The changes to the sources, and why. */
export function Changes({ edits, locals }: Pick<PackageDetails, 'edits' | 'locals'>) {
  const patches = locals.flatMap(({ name, files }) => files.filter(({ file }) => isPatch(file === '' ? name : file)).map((file) => ({ name, file })));
  if (edits.length + patches.length === 0) return null;
  // Consecutive changes with the same reason.
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

/** The text above a patch is its reason. */
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

/** Files beside the recipe, without patches. */
export function Locals({ locals }: Pick<PackageDetails, 'locals'>) {
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

/** A file with its line numbers; scrolled to `line`, which is marked. */
export function Source({ text, line }: { readonly text: string; readonly line?: number }) {
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
