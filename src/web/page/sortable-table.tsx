/** A table that is sorted by its columns and shows what one types. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { filtered, sortedBy, type SortKey } from '../../report/index.js';
import { formatCount } from '../../quantity.js';

export interface Column<Row> {
  readonly title: string;
  readonly by: (row: Row) => SortKey;
  /** What is shown, when it is not the key itself. */
  readonly cell?: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
  /** Left out where there is no room for it. */
  readonly isExtra?: boolean;
  readonly className?: (row: Row) => string;
}

interface Props<Row> {
  readonly caption: string;
  /** What its rows are, one of them: `package`. */
  readonly noun: string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  /** In the order in which they are shown at first. */
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

type Sorting = { readonly column: number; readonly direction: 'ascending' | 'descending' };

export function SortableTable<Row>({ caption, noun, columns, rows, keyOf }: Props<Row>) {
  const sorting = useSignal<Sorting | undefined>(undefined);
  const words = useSignal('');
  const textOf = (row: Row): string => columns.map(({ by }) => by(row) ?? '').join(' ');
  const found = filtered(rows, words.value, textOf);
  const shown = sorting.value === undefined ? found : sortedBy(found, columns[sorting.value.column]!.by, sorting.value.direction);
  return (
    <>
      <p class="table-tools">
        <label>
          Show only{' '}
          <input
            type="search"
            value={words.value}
            aria-label={`Show only: ${caption}`}
            onInput={(event) => (words.value = event.currentTarget.value)}
          />
        </label>
        <span role="status">{words.value === '' ? formatCount(rows.length, noun) : `${found.length} of ${formatCount(rows.length, noun)}`}</span>
      </p>
      <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ title, isNumber, isExtra }, index) => {
                const direction = sorting.value?.column === index ? sorting.value.direction : undefined;
                return (
                  <th key={title} scope="col" class={kindOf({ isNumber, isExtra })} aria-sort={direction}>
                    <button type="button" class="sort" onClick={() => (sorting.value = next(index, isNumber === true, direction))}>
                      {title}
                      <span aria-hidden="true">{direction === undefined ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map((column, index) => {
                  const content = column.cell === undefined ? column.by(row) : column.cell(row);
                  const className = `${kindOf(column)} ${column.className?.(row) ?? ''}`.trim();
                  return index === 0 ? (
                    <th key={index} scope="row">
                      {content}
                    </th>
                  ) : (
                    <td key={index} class={className}>
                      {content}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function kindOf({ isNumber, isExtra }: { readonly isNumber?: boolean | undefined; readonly isExtra?: boolean | undefined }): string {
  return [...(isNumber === true ? ['number'] : []), ...(isExtra === true ? ['extra'] : [])].join(' ');
}

/** The largest number first, the first name first; then the other way; then as it was. */
function next(column: number, isNumber: boolean, now: Sorting['direction'] | undefined): Sorting | undefined {
  const [first, second] = isNumber ? (['descending', 'ascending'] as const) : (['ascending', 'descending'] as const);
  if (now === undefined) return { column, direction: first };
  return now === first ? { column, direction: second } : undefined;
}
