import { computed, signal } from '@preact/signals';
import type { ChainReport } from '../../report/index.js';
import { chain } from './data.js';
import { linkTo } from './route.js';

/** The search text; views mark matches. */
export const search = signal('');

/** Made once for a report, because it has as many options as there are packages. */
const options = computed(() =>
  chain.value.state === 'there' ? chain.value.value.report.recipes.map(({ id }) => <option key={id} value={id} />) : [],
);

export function Search({ report }: { readonly report: ChainReport | undefined }) {
  const found = report?.recipes.filter(({ id }) => id.toLowerCase().includes(search.value.trim().toLowerCase())) ?? [];
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (found[0] !== undefined) window.location.hash = linkTo('package', found[0].id);
      }}
    >
      <input
        type="search"
        placeholder="Find a package  /"
        aria-label="Find a package"
        list="packages"
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      <datalist id="packages">{options.value}</datalist>
    </form>
  );
}
