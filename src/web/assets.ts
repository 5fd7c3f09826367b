/** The page itself: three files, built by `npm run build`. */
import { readFileSync } from 'node:fs';
import { CONTENT_SECURITY_POLICY } from './guard.js';

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** The files of the page. `fromFiles` is for a report that is opened without a server. */
export function assets(fromFiles: boolean): Asset[] {
  const built = (name: string): string => readFileSync(new URL(`../../dist/web/page/${name}`, import.meta.url), 'utf8');
  return [
    { name: 'index.html', type: 'text/html; charset=utf-8', body: document(fromFiles) },
    { name: 'icon.svg', type: 'image/svg+xml', body: ICON },
    { name: 'page.js', type: 'text/javascript; charset=utf-8', body: built('main.js') },
    { name: 'page.css', type: 'text/css; charset=utf-8', body: built('style.css') },
  ];
}

/** The icon: the seed in its ring. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#fcfbf8" stroke="#88837a"/><circle cx="8" cy="8" r="2.5" fill="#b45309"/></svg>\n`;

function document(fromFiles: boolean): string {
  // A meta element cannot have frame-ancestors; connect-src has nothing to connect to.
  const policy = CONTENT_SECURITY_POLICY.replace("; frame-ancestors 'none'", '');
  const meta = fromFiles ? `\n<meta http-equiv="Content-Security-Policy" content="${policy}">` : '';
  return `<!doctype html>
<html lang="en"${fromFiles ? ' data-from-files' : ''}>
<meta charset="utf-8">${meta}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Zilch</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
<body>
<div id="page"></div>
<noscript>This page draws with JavaScript. The same is in a terminal: zilch graph, zilch timeline, zilch trust, zilch diff.</noscript>
<script src="page.js"></script>
</body>
</html>
`;
}
