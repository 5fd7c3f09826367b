/** All packages in a table. */
import { builtSize, buildStatus, expectedSize, pinStatus, type ChainReport, type RecipeFacts } from '../../report/index.js';
import { formatBytes, formatSeconds } from '../../quantity.js';
import { PackageLink, pinText } from './parts.js';
import { SortableTable, type Column } from './sortable-table.js';

export function ListView({ report }: { readonly report: ChainReport }) {
  const rows = report.stages.flatMap((stage) => report.recipes.filter((recipe) => recipe.stage === stage));
  return (
    <article>
      <h1>Packages</h1>
      <p class="soft">Sizes and times in parentheses are expected: by the pins, and by the reference machine.</p>
      <SortableTable caption="Packages" noun="package" columns={COLUMNS} rows={rows} keyOf={({ id }) => id} />
    </article>
  );
}

const COLUMNS: readonly Column<RecipeFacts>[] = [
  { title: 'package', by: ({ id }) => id, cell: ({ id }) => <PackageLink id={id} /> },
  { title: 'stage', by: ({ stage }) => stage },
  { title: 'version', by: ({ version }) => version, className: () => 'long' },
  {
    title: 'state',
    by: ({ state }) => state,
    className: ({ state }) => (/failed|differs/.test(state) ? 'bad' : state === 'building' ? 'work' : ''),
  },
  { title: 'size', by: sizeOf, cell: sizeText, isNumber: true },
  {
    title: 'time',
    by: ({ duration }) => duration?.seconds,
    cell: ({ duration }) => (duration === undefined ? '' : expected(formatSeconds(duration.seconds), duration.from === 'reference')),
    isNumber: true,
  },
  {
    title: 'pin',
    by: (recipe) => pinText(pinStatus(recipe)),
    className: (recipe) => (pinStatus(recipe) === 'different' ? 'bad' : ''),
  },
  { title: 'what it is', by: ({ description }) => description, className: () => 'prose wide' },
];

function sizeOf(recipe: RecipeFacts): number | undefined {
  return buildStatus(recipe) === 'built' ? builtSize(recipe) : expectedSize(recipe);
}

function sizeText(recipe: RecipeFacts): string {
  const size = sizeOf(recipe);
  return size === undefined ? '' : expected(formatBytes(size), buildStatus(recipe) !== 'built');
}

function expected(text: string, isExpected: boolean): string {
  return isExpected ? `(${text})` : text;
}
