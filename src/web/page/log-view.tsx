/** A build's log: its colours, a search, and additions while it is written. Its contents are shown as text. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { errorLine, logSections, type LogSection, type RunBuild } from '../../report/index.js';
import { formatCount, formatSeconds } from '../../quantity.js';
import type { LogResource } from '../resources.js';
import { FROM_FILES, load } from './data.js';

const LINES_OF_CHUNK = 400;
const FOLLOW_MS = 1000;
/** In characters: the page shows only the end of a long log, both at first and while it grows. */
const LONGEST = 8 * 2 ** 20;

interface Props {
  readonly title: string;
  readonly logKey: `log/${string}`;
  readonly growing: boolean;
  /** The build that wrote it, if its run is kept. */
  readonly build: RunBuild | undefined;
}

export function LogView({ title, logKey, growing, build }: Props) {
  const log = useSignal<LogResource | undefined>(undefined);
  const failure = useSignal('');
  const wanted = useSignal('');
  const shown = useSignal(0);
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let stopped = false;
    let loading = false;
    const more = async (): Promise<void> => {
      if (loading) return;
      loading = true;
      let read = log.value;
      // A long log comes in pieces, and is shown when all are there.
      do {
        const loaded = await load<'log'>(logKey, read?.next);
        if (stopped) return;
        if (loaded.state === 'there') {
          const text = (read?.text ?? '') + loaded.value.text;
          read = { ...loaded.value, text: text.slice(-LONGEST), cut: (read?.cut ?? false) || loaded.value.cut || text.length > LONGEST };
        } else {
          if (loaded.state === 'failed' && !growing) failure.value = loaded.message;
          break;
        }
      } while (read.more);
      log.value = read;
      loading = false;
    };
    void more();
    const timer = growing && !FROM_FILES ? setInterval(() => void more(), FOLLOW_MS) : undefined;
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [logKey, growing]);

  const text = log.value?.text ?? '';
  // Without its beginning nobody knows which line is which.
  const isWhole = log.value?.cut === false;
  const sections = useMemo(() => logSections(text, isWhole ? build : undefined), [text, isWhole, build?.phases.length, build?.endedAt]);
  const error = useMemo(() => (build?.status === 'failed' ? errorLine(text) : undefined), [text, build?.status]);
  const lineCount = sections.reduce((sum, { lines }) => sum + lines.length, 0);
  const needle = wanted.value.toLowerCase();
  const count = useMemo(() => (needle === '' ? 0 : text.toLowerCase().split(needle).length - 1), [needle, text]);
  const at = count === 0 ? 0 : ((shown.value % count) + count) % count;
  useEffect(() => {
    const marks = holder.current?.querySelectorAll('mark') ?? [];
    marks.forEach((mark, index) => mark.classList.toggle('here', index === at));
    const here = marks[at];
    // It may be in a part that is folded.
    here?.closest('details')?.setAttribute('open', '');
    here?.scrollIntoView({ block: 'nearest' });
  }, [needle, at, count]);
  if (failure.value !== '') return <p class="soft">{failure.value}</p>;
  if (log.value === undefined) return <p class="soft">loading the log…</p>;
  return (
    <div class="log">
      <p class="log-tools">
        <input
          type="search"
          placeholder="Find in the log"
          aria-label={`Find in: ${title}`}
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
            shown.value = 0;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') shown.value += event.shiftKey ? -1 : 1;
          }}
        />
        <span role="status">
          {text === ''
            ? 'nothing was written'
            : needle === ''
              ? formatCount(lineCount, 'line')
              : count === 0
                ? 'not found'
                : `${at + 1} of ${count}; Enter for the next`}
        </span>
        {error !== undefined && (
          <button type="button" onClick={() => openTo(holder.current?.querySelector('.error-line'))}>
            To the error
          </button>
        )}
        {growing && <span class="work">being written</span>}
        {log.value.cut && <span>the beginning is left out</span>}
      </p>
      <div class="log-text" ref={holder} tabIndex={0} role="region" aria-label={title} hidden={lineCount === 0}>
        {sections.map((section, index) => {
          const chunks = chunksOf(section.lines, firstLineOf(sections, index), error).map((chunk) => (
            <pre key={chunk.first} class={chunk.isError ? 'error-line' : ''} style={{ containIntrinsicSize: `auto ${chunk.lines * 1.45}em` }}>
              {coloured(chunk.text).map((piece) =>
                piece.style === '' ? marked(piece.text, needle) : <span class={piece.style}>{marked(piece.text, needle)}</span>,
              )}
            </pre>
          ));
          const { phase } = section;
          return phase === undefined ? (
            chunks
          ) : (
            <details key={index} open>
              <summary>
                {phase.name}{' '}
                <span class="soft">
                  {formatCount(section.lines.length, 'line')}
                  {phase.seconds !== undefined && `, ${formatSeconds(phase.seconds)}`}
                </span>
              </summary>
              {chunks}
            </details>
          );
        })}
      </div>
    </div>
  );
}

interface Chunk {
  /** The number of its first line. */
  readonly first: number;
  readonly text: string;
  readonly lines: number;
  readonly isError: boolean;
}

/** Pieces that the browser lays out when they are seen; the line of the error is one of its own. */
function chunksOf(lines: readonly string[], first: number, error: number | undefined): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < lines.length;) {
    const place = error === undefined ? -1 : error - first;
    const end = at === place ? at + 1 : Math.min(lines.length, at + LINES_OF_CHUNK, place > at ? place : Infinity);
    chunks.push({ first: first + at, text: `${lines.slice(at, end).join('\n')}\n`, lines: end - at, isError: at === place });
    at = end;
  }
  return chunks;
}

function openTo(element: Element | null | undefined): void {
  element?.closest('details')?.setAttribute('open', '');
  element?.scrollIntoView({ block: 'center' });
}

function firstLineOf(sections: readonly LogSection[], index: number): number {
  return sections.slice(0, index).reduce((sum, { lines }) => sum + lines.length, 0);
}

function marked(text: string, needle: string) {
  if (needle === '') return text;
  const parts = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (let found = lower.indexOf(needle); found !== -1; found = lower.indexOf(needle, at)) {
    parts.push(text.slice(at, found), <mark>{text.slice(found, found + needle.length)}</mark>);
    at = found + needle.length;
  }
  return [...parts, text.slice(at)];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Pieces of a text with classes for their terminal colours; all other terminal sequences are left out. */
export function coloured(text: string): { readonly text: string; readonly style: string }[] {
  const pieces: { text: string; style: string }[] = [];
  let [colour, bold] = ['', false];
  let at = 0;
  const add = (piece: string): void => {
    const visible = piece.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => (character === '\r' ? '' : '\ufffd'));
    if (visible !== '') pieces.push({ text: visible, style: [colour, bold ? 'bold' : ''].filter((name) => name !== '').join(' ') });
  };
  for (const match of text.matchAll(/\u001b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])/g)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    for (const code of (match[1] ?? '').split(';').map(Number)) {
      if (code === 0) [colour, bold] = ['', false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = '';
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = `ansi-${COLOURS[code % 10]!}`;
    }
  }
  add(text.slice(at));
  return pieces;
}
