/** Small parts that several views use. */
import type { DiffLine, Hunk } from '../../diff/index.js';
import { linkTo } from './route.js';

export function PackageLink({ id }: { readonly id: string }) {
  return <a href={linkTo('package', id)}>{id}</a>;
}

/** A store path with a pale hash and a clear name. */
export function Path({ path }: { readonly path: string }) {
  const match = /^(\/nix\/store\/)([0-9a-z]{32})(-.*)$/.exec(path);
  return match === null ? (
    <code class="path">{path}</code>
  ) : (
    <code class="path">
      <span class="soft">
        {match[1]}
        {match[2]}
      </span>
      {match[3]}
    </code>
  );
}

const PINS = { same: 'as pinned ✓', new: 'not pinned', different: 'DIFFERS from its pin' } as const;

export function pinText(pinned: keyof typeof PINS | undefined): string {
  return pinned === undefined ? '' : PINS[pinned];
}

export function Hunks({ hunks }: { readonly hunks: readonly Hunk[] }) {
  return (
    <pre class="hunks" tabIndex={0}>
      {hunks.map((hunk, index) => (
        <span key={index}>
          <span class="soft">
            @@ {hunk.first} {hunk.second} @@{'\n'}
          </span>
          <DiffLines lines={hunk.lines} />
        </span>
      ))}
    </pre>
  );
}

export function DiffLines({ lines }: { readonly lines: readonly DiffLine[] }) {
  return (
    <>
      {lines.map(({ sign, text }, line) => (
        <span key={line} class={sign === '-' ? 'minus' : sign === '+' ? 'plus' : ''}>
          {sign}
          {text}
          {'\n'}
        </span>
      ))}
    </>
  );
}
