import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rigFor, type CliRig } from './rig.js';

const rig = rigFor(
  `const base = make({ name: 'base', version: '1', script: sh\`
      mkdir() { busybox mkdir "$@"; }
      echo contents > $out
    \` });
    const top = make({ name: 'top', script: sh\`cat \${base} > $out\` });`,
  ['top', 'base'],
);

const hostPath = (logical: string): string => join(rig.store, logical);

/** Names, sizes and times of everything below a directory. */
function snapshot(directory: string): string[] {
  if (!existsSync(directory)) return ['nothing'];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mtimeMs, size, mode } = statSync(join(directory, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0, mode: 0 };
      return `${name} ${size} ${mtimeMs} ${mode}`;
    });
}

const LOOKING: readonly (readonly string[])[] = [
  ['list'],
  ['show', 'top'],
  ['path', 'top'],
  ['why', 'top', 'base'],
  ['graph'],
  ['graph', '--format', 'svg'],
  ['timeline'],
  ['log', 'top'],
  ['pins', 'check'],
  ['trust', 'top'],
  ['verify-store', '--quick'],
];

describe('commands that look', () => {
  it('work before anything is built, and make no store', async () => {
    for (const command of LOOKING) {
      const { stderr, status } = await look(command);
      expect([0, 1, 3, 4].includes(status ?? -1), `${command.join(' ')}: ${stderr}`).toBe(true);
      expect(stderr).not.toMatch(/Internal error|defect/);
      expect(snapshot(rig.store), command.join(' ')).toEqual(['nothing']);
    }
  });

  it('show what is pinned as expected, and write nothing to a store that is built', async () => {
    expect((await rig.run(['build', '--all', '-f', rig.chain])).status).toBe(0);
    expect((await rig.run(['pins', 'update', '-f', rig.chain])).status).toBe(0);
    const elsewhere = join(rig.directory, 'nowhere');
    const shown = await rig.run(['show', 'top', '-f', rig.chain, '--store', elsewhere]);
    expect(shown.stdout).toMatch(/not built; expected: \d+ B/);
    expect(existsSync(elsewhere)).toBe(false);
    const before = snapshot(rig.store);
    for (const command of LOOKING) {
      const ran = await look(command);
      expect(ran.status, `${command.join(' ')}: ${ran.stderr}`).toBe(0);
    }
    // Readers create and delete the shared memory of SQLite's log.
    const lasting = (lines: readonly string[]): string[] => lines.filter((line) => !/db\.sqlite-(shm|wal) |var\/nix\/db /.test(line));
    expect(lasting(snapshot(rig.store))).toEqual(lasting(before));
  });
});

describe('commands of trust', () => {
  it('read the bytes of the file they are asked about', async () => {
    const path = (await rig.run(['path', 'top', '-f', rig.chain])).stdout.trim();
    const good = await rig.run(['trust', path, '-f', rig.chain]);
    expect(good.stdout).toMatch(/This is all of top\^out: a file, 9 bytes, sha256 [0-9a-f]{64}\./);
    expect(good.stdout).toContain('what was registered when it was built, and what is pinned');
    const missing = await rig.run(['trust', `${path}/nothing`, '-f', rig.chain]);
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain('E_NOT_FOUND');
    chmodSync(path, 0o644);
    const contents = readFileSync(path);
    appendFileSync(path, 'x');
    const altered = await rig.run(['trust', path, '-f', rig.chain]);
    expect(altered.stdout).toContain('NOT what was registered');
    expect(altered.stderr).toContain('E_STORE_DAMAGED');
    expect((await rig.run(['pins', 'check', '-f', rig.chain])).stdout).toContain('what the database says');
    const checked = await rig.run(['pins', 'check', '--contents', '-f', rig.chain]);
    expect(checked.stderr).toMatch(/E_STORE_DAMAGED.*top\^out/);
    writeFileSync(path, contents);
    chmodSync(path, 0o444);
    const restored = await rig.run(['pins', 'check', '--contents', '-f', rig.chain]);
    expect(restored.stdout).toContain('every byte on disk');
    expect(restored.status).toBe(0);
    expect(existsSync(hostPath('nix'))).toBe(true);
  });
});

function look(command: readonly string[]): ReturnType<CliRig['run']> {
  return rig.run(['timeline', 'verify-store'].includes(command[0] ?? '') ? command : [...command, '-f', rig.chain]);
}
