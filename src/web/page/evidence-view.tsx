/** Who confirms what: the claims that the policy of `--policy` counts, as a matrix. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { EvidenceCell, EvidenceFacts } from '../../report/index.js';
import { load, type Loaded } from './data.js';
import { PackageLink } from './parts.js';

export function EvidenceView() {
  const facts = useSignal<Loaded<EvidenceFacts | null>>({ state: 'loading' });
  useEffect(() => void load<'evidence'>('evidence').then((loaded) => (facts.value = loaded)), []);
  const loaded = facts.value;
  return (
    <article>
      <h1>Who confirms what?</h1>
      {loaded.state === 'loading' && <p class="soft">reading the claims…</p>}
      {loaded.state === 'failed' && <p class="bad">{loaded.message}</p>}
      {loaded.state === 'there' && (loaded.value === null ? <None /> : <Matrix facts={loaded.value} />)}
    </article>
  );
}

function None() {
  return (
    <p>
      No claims were given. Start it with <code>--policy policy.json --claims folder</code>: the policy says whose claims count, and how many of them
      must agree.
    </p>
  );
}

function Matrix({ facts: { operators, rows, deceivers, refused } }: { readonly facts: EvidenceFacts }) {
  const holding = rows.filter(({ state }) => state === 'holds').length;
  return (
    <>
      <p class="lead">
        The policy holds for <strong>{holding}</strong> of {rows.length} {rows.length === 1 ? 'step' : 'steps'}. {deceiversSentence(deceivers)}
        {refused > 0 && ` ${refused} ${refused === 1 ? 'line was' : 'lines were'} refused.`}
      </p>
      <div class="scroll" role="region" aria-label="Steps and who confirms them" tabIndex={0}>
        <table class="evidence">
          <thead>
            <tr>
              <th scope="col">step</th>
              <th scope="col">policy</th>
              {operators.map((operator) => (
                <th scope="col" key={operator}>
                  {operator}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, state, cells, lacks }) => (
              <tr key={id}>
                <th scope="row">
                  <PackageLink id={id} />
                </th>
                <td class={state === 'disputed' ? 'bad' : state === 'holds' ? '' : 'soft'}>
                  {state}
                  {lacks.length > 0 && `: ${lacks.join(', ')}`}
                </td>
                {cells.map((cell, index) => (
                  <td key={operators[index]} class={cell.says}>
                    {cellWords(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft">
        “Yes” is a signed claim of the very same bytes from the very same inputs. In brackets: how many builds it speaks of, and how many of them were
        run with things changed that must not matter (<code>zilch vary</code>).
      </p>
    </>
  );
}

function cellWords({ says, claims, varied }: EvidenceCell) {
  if (says === 'nothing') return '–';
  const count = claims === 1 && varied === 0 ? '' : ` (${claims} ${claims === 1 ? 'build' : 'builds'}${varied === 0 ? '' : `, ${varied} varied`})`;
  return (
    <>
      <strong>{says === 'same' ? 'yes' : 'something else'}</strong>
      {count}
    </>
  );
}

function deceiversSentence({ operators, steps }: EvidenceFacts['deceivers']): string {
  const where = `${steps[0] ?? 'nothing'}${steps.length > 1 ? ` and ${steps.length - 1} more` : ''}`;
  if (operators.length === 0) return `Nobody vouches for ${where}: whoever gives you that could deceive you.`;
  return `The fewest who could deceive you, lying together: ${operators.join(' and ')}, about ${where}.`;
}
