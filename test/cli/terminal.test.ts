/** What a terminal shows, in a real one: narrow, usual and wide. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, CliRig } from './rig.js';

const noTerminal = spawnSync('tmux', ['-V']).error === undefined ? await whyNoBuilds() : 'tmux is not installed (Debian’s tmux is wanted)';
if (noTerminal !== undefined) console.log(`skipped: ${noTerminal}`);

const LONG_NAME = 'a-package-whose-name-is-longer-than-a-narrow-terminal-is-wide';
const LONG_LINE = 'a line of the log that is longer than a terminal '.repeat(6);

let rig: CliRig;
beforeAll(() => {
  rig = new CliRig();
});
afterAll(() => rig.close());

/** A terminal in which a command runs; it stays when the command has ended. */
class Terminal {
  // One of its own: the server of the terminal before may still be ending.
  private readonly socket = join(mkdtempSync(join(rig.directory, 'tmux-')), 'socket');

  constructor(width: number, command: string) {
    const env = { ...process.env, TERM: 'xterm-256color', CI: undefined, ZILCH: join(CHECKOUT, 'zilch'), ZILCH_STORE: rig.store };
    const session = ['new-session', '-d', '-x', String(width), '-y', '24', '-c', rig.directory, `${command}; echo "status $?"; sleep 100`];
    execFileSync('tmux', ['-S', this.socket, '-f', '/dev/null', ...session], { env });
  }

  tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.socket, ...args], { encoding: 'utf8' });
  }

  /** What stands there, without the empty lines at the end. `joined`: lines that had no room are whole again. */
  screen(joined = false): string {
    return this.tmux('capture-pane', '-p', '-S', '-', ...(joined ? ['-J'] : []))
      .replace(/ +$/gm, '')
      .trimEnd();
  }

  async until(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 600; tries++) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      await sleep(100);
    }
    throw new Error(`${String(pattern)} is not on the screen:\n${this.screen()}`);
  }

  close(): void {
    this.tmux('kill-server');
  }
}

function terminal(width: number, command: string): Terminal {
  const opened = new Terminal(width, command);
  onTestFinished(() => opened.close());
  return opened;
}

describe.skipIf(noTerminal !== undefined).each([40, 80, 200])('a terminal of %i columns', (width) => {
  it('shows a build in live lines that fit, and clears them away at the end', async () => {
    rig.write(
      `const slow = make({ name: '${LONG_NAME}', version: '${width}', description: 'is as long as it is slow, and described at length', script: sh\`echo '${LONG_LINE}'; sleep 6; echo > $out\` });
       const quick = make({ name: 'quick', script: sh\`echo > $out\` });`,
      ['slow', 'quick'],
    );
    const build = terminal(width, '"$ZILCH" build --no-tests -f chain');
    const during = await build.until(/^ {2}a-package-whose-name[^]*^ {2}a line of the log[^]*^\[[#.]+\] 0\/1 built/m);
    // Lines that wrap could not be erased.
    expect(build.screen(true).split('\n')).toHaveLength(during.split('\n').length);
    expect(build.tmux('display-message', '-p', '#{cursor_flag}').trim()).toBe('0');
    const after = await build.until(/^status 0$/m);
    expect(after).not.toMatch(/\[[#.]+\]|a line of the log/);
    expect(after).toMatch(/^slow\^out/m);
    expect(build.screen(true)).toMatch(
      /^(slow\^out.*| +)\/nix\/store\/[0-9a-z]{32}-a-package-whose-name-is-longer-than-a-narrow-terminal-is-wide-\d+$/m,
    );
    expect(build.tmux('display-message', '-p', '#{cursor_flag}').trim()).toBe('1');
  });

  it.each([
    ['list', /^only +slow/m],
    ['timeline', /^a-package/m],
    ['graph', /^ {2}slow/m],
  ])('has room for what zilch %s prints', async (command, pattern) => {
    const shown = terminal(width, `"$ZILCH" ${command}${command === 'timeline' ? '' : ' -f chain'}`);
    const screen = await shown.until(/^status 0$/m);
    expect(screen).toMatch(pattern);
    // `critical path` has names that no line has room for.
    const lines = (text: string): string[] => text.split('\n').filter((line) => !/critical path/.test(line));
    if (command !== 'timeline' || width >= 80) expect(lines(shown.screen(true))).toEqual(lines(screen));
  });
});
