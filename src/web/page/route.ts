/** The current view of the page, kept after the `#` of the address, so links also work without a server. */
import { signal } from '@preact/signals';

export interface Route {
  readonly view: string;
  readonly name: string;
}

export const route = signal<Route>(readRoute());

window.addEventListener('hashchange', () => {
  route.value = readRoute();
  window.scrollTo(0, 0);
});

/** The address of a view. */
export function linkTo(view: string, name = ''): string {
  return name === '' ? `#/${view}` : `#/${view}/${encodeURIComponent(name)}`;
}

function readRoute(): Route {
  const [view = '', ...name] = window.location.hash.replace(/^#\/?/, '').split('/');
  try {
    return { view, name: decodeURIComponent(name.join('/')) };
  } catch {
    return { view, name: '' };
  }
}
