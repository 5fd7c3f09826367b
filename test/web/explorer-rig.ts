/** The explorer of a store of its own, in which stage 1 can be built and a package whose names and outputs hold what a page must show as text alone. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Run } from '../../src/report/index.js';
import { launch, MAIN } from './browser.js';

const CHECKOUT = join(import.meta.dirname, '../..');
const SOURCES = process.env['ZILCH_TEST_SOURCES'] ?? join(homedir(), '.cache/zilch/sources');

const CHAIN = `
import { chain, recipe, sh, text } from 'zilch';
import { stage1 } from 'zilch/bootstrap/1-stage1/index.ts';

const hostile = recipe({
  name: 'hostile',
  version: '1',
  description: '<img src=x onerror=alert(1)>',
  shell: text\`\${stage1.protobusybox}/bin/ash\`,
  path: [stage1.protobusybox],
  script: sh\`
echo '@nix {"action":"setPhase","phase":"<b>greet</b>"}' >&2
echo '<script>alert(2)</script><img src=x onerror=alert(3)>'
printf '\\033[31mred\\033[0m \\033]0;title\\007 \\033[2J after\\n'
edit() { :; }
# <b>Because</b> of <img src=x onerror=alert(6)>.
edit '<i>file</i>.c' 'old();' '<script>alert(7)</script>'
mkdir $out
echo > "$out/<img src=x onerror=alert(4)>"
printf 'x' > "$out/$(printf 'bytes \\377\\033[31m')"
ln -s ../../../etc/passwd "$out/passwd"
\`,
});

export default chain('hostile', { '1 <b>stage</b>': { stage1 }, 'hostile "stage"': { hostile } });
`;

export class ExplorerRig {
  readonly directory: string;
  readonly store: string;
  private constructor(
    directory: string,
    private readonly server: ChildProcess,
    readonly url: string,
    readonly browser: Browser,
  ) {
    this.directory = directory;
    this.store = storeIn(directory);
  }

  /** Nothing is built yet. */
  static async start(): Promise<ExplorerRig> {
    const directory = mkdtempSync(join(tmpdir(), 'zilch-web-'));
    const chain = join(directory, 'chain');
    mkdirSync(chain);
    writeFileSync(join(chain, 'chain.ts'), CHAIN);
    // What is expected of stage 1, as the chain that it comes from has it.
    for (const name of ['pins.json', 'durations.json']) copyFileSync(join(CHECKOUT, 'bootstrap', name), join(chain, name));
    const durations = JSON.parse(readFileSync(join(chain, 'durations.json'), 'utf8')) as object;
    writeFileSync(join(chain, 'durations.json'), JSON.stringify({ ...durations, 'hostile-1': 1 }));
    const server = spawn(process.execPath, [MAIN, 'web', '--store', storeIn(directory), '-f', chain, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
      server.once('exit', (code) => reject(new Error(`zilch web ended with ${code}`)));
    });
    return new ExplorerRig(directory, server, url, await launch());
  }

  async close(): Promise<void> {
    await this.browser.close();
    const ended = once(this.server, 'exit');
    this.server.kill('SIGTERM');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }

  get chainOptions(): string[] {
    return ['--store', this.store, '-f', join(this.directory, 'chain')];
  }

  zilch(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)(process.execPath, [MAIN, ...args], { maxBuffer: 64 * 2 ** 20 });
  }

  build(...args: string[]): Promise<unknown> {
    return this.zilch('build', ...this.chainOptions, ...(existsSync(SOURCES) ? ['--sources', SOURCES] : []), ...args);
  }

  async runs(): Promise<Run[]> {
    return JSON.parse((await this.zilch('timeline', '--store', this.store, '--list', '--json')).stdout) as Run[];
  }
}

function storeIn(directory: string): string {
  return join(directory, 'store');
}

/** All that a page shows as text. */
export function text(page: Page): Promise<string> {
  return page.locator('body').innerText();
}
