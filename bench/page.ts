/**
 * The first page of the explorer in headless Chromium, for a store in which 500 packages are built: from the address to the first frame that
 * shows packages, with nothing in the browser's cache. The peer serves the same page and the same data as files that lie ready
 * (`zilch report`), by a bare server of Node.js.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../src/store/index.js';
import { launch, MAIN, whyNoExplorer } from '../test/web/browser.js';
import { largeChain } from '../test/web/large-chain.js';
import { alone, compare } from './harness.js';

const PACKAGES = 500;
const STARTS = 3;

/** Answers with the files of the directory it is started in. */
const BARE_SERVER = `
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const server = require('node:http').createServer((request, response) => {
  const name = new URL(request.url, 'http://x').pathname.slice(1) || 'index.html';
  require('node:fs').readFile(name, (error, bytes) => {
    response.writeHead(error ? 404 : 200, { 'Content-Type': types[name.split('.').pop()] ?? 'text/plain' });
    response.end(bytes);
  });
});
server.listen(0, '127.0.0.1', () => console.log(\`http://127.0.0.1:\${server.address().port}/\`));
`;

const why = (await whyNoExplorer()) ?? (process.platform === 'linux' ? undefined : 'this is not Linux');
if (why !== undefined) throw new Error(`cannot be measured: ${why}`);

const directory = mkdtempSync(join(tmpdir(), 'zilch-bench-page-'));
const store = join(directory, 'store');
const chain = join(directory, 'chain');
mkdirSync(join(chain, 'shell'), { recursive: true });
copyFileSync('/bin/busybox', join(chain, 'shell/ash'));
chmodSync(join(chain, 'shell/ash'), 0o755);
const shell = "const shell = local(import.meta.url, './shell');\n";
writeFileSync(join(chain, 'chain.ts'), largeChain(PACKAGES, { builder: 'text`${shell}/ash`', before: shell }));
const zilch = (...args: readonly string[]): void =>
  void execFileSync(process.execPath, [MAIN, ...args, '--store', store, '-f', chain], { stdio: ['ignore', 'ignore', 'pipe'] });
zilch('build', '--all', '--no-tests');
zilch('report', join(directory, 'report'));

interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  /** Milliseconds until it said where it listens. */
  readonly startedIn: number;
}

function serve(args: readonly string[], cwd?: string): Promise<Served> {
  const start = performance.now();
  const server = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`a server ended with ${code}`)));
    server.stdout.once('data', (line: Buffer) => resolve({ url: line.toString().trim(), process: server, startedIn: performance.now() - start }));
  });
}

const explorer = (): Promise<Served> => serve([MAIN, 'web', '--port', '0', '--store', store, '-f', chain]);
const starts: number[] = [];
for (let round = 0; round < STARTS; round++) {
  const started = await explorer();
  starts.push(started.startedIn);
  started.process.kill('SIGKILL');
}
alone('the explorer of 500 built packages', 'zilch web, from its start until it answers', starts);

const served = [await explorer(), await serve(['-e', BARE_SERVER], join(directory, 'report'))] as const;
const browser = await launch();
try {
  /** Milliseconds from the address to the frame that shows packages: the browser's own clock begins when it is asked for the page. */
  const load = async (url: string): Promise<number> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      const page = await context.newPage();
      await page.goto(url);
      await page.locator('g.node.built').first().waitFor();
      // The frame that shows it is over when the one after the next begins.
      return await page.evaluate<number>(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))',
      );
    } finally {
      await context.close();
    }
  };
  await compare(
    'the explorer’s first page, until 500 built packages are drawn',
    { name: 'zilch web', run: () => load(served[0].url) },
    { name: 'the same as files, by a bare server of Node.js', run: () => load(served[1].url) },
  );
} finally {
  await browser.close();
  for (const { process: server } of served) server.kill('SIGKILL');
  await removeTree(directory);
}
