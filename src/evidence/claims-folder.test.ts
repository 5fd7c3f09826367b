import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { KEYS, signed, World } from '../../test/support/evidence-world.js';
import { atEnd, codeOf, messageOf, tempDirectory } from '../../test/support/store.js';
import { openBlobs } from '../exchange/index.js';
import { unwrap } from '../result.js';
import { addClaims } from './claims-folder.js';
import { readClaims } from './places.js';
import { keyIdOf } from './signing/key.js';

const world = new World();
const keyIds = [keyIdOf(KEYS.alice), keyIdOf(KEYS.bob)];

function add(directory: string, who: keyof typeof KEYS, claims = world.claims()): ReturnType<typeof addClaims> {
  return addClaims(unwrap(openBlobs(directory, {})), claims, KEYS[who]);
}

describe('claims in a directory', () => {
  test('only grow, and are not made twice', async () => {
    const directory = tempDirectory();
    const [first, ...others] = world.claims();
    unwrap(await add(directory, 'alice', [first!]));
    const file = join(directory, keyIds[0]!, 'claims.jsonl');
    const before = readFileSync(file, 'utf8');
    expect(unwrap(await add(directory, 'alice', [first!, ...others]))).toMatchObject({ added: others.length, total: others.length + 1 });
    expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
    const later = world.claims({ at: '2026-07-01T00:00:00.000Z' });
    expect(unwrap(await add(directory, 'alice', later))).toMatchObject({ added: 0 });
    // Records are read from files, whose fields may have another order.
    const shuffled = later.map((claim) => ({
      ...claim,
      how: Object.fromEntries(Object.entries(claim.how).reverse()) as unknown as typeof claim.how,
    }));
    expect(unwrap(await add(directory, 'alice', shuffled))).toMatchObject({ added: 0 });
    const elsewhere = world.claims({ how: { kernel: '6.12.0' } });
    expect(unwrap(await add(directory, 'alice', elsewhere))).toMatchObject({ added: elsewhere.length });
    expect(unwrap(await add(tempDirectory(), 'alice', [...later, ...shuffled]))).toMatchObject({ added: later.length });
  });

  test('of one signer leave those of another as they are', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    const file = join(directory, keyIds[0]!, 'claims.jsonl');
    const before = readFileSync(file);
    unwrap(await add(directory, 'bob'));
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual([...keyIds].sort());
  });

  test('are not signed again when somebody else wrote among them', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    const file = join(directory, keyIds[0]!, 'claims.jsonl');
    appendFileSync(file, `${signed(world.claims()[0]!, KEYS.mallory)}\n`);
    const before = readFileSync(`${file}.minisig`);
    const added = await add(directory, 'alice', world.claims({ how: { cores: 9 } }));
    expect(codeOf(added)).toBe('E_CLAIMS_FILE');
    expect(messageOf(added)).toContain('line 5');
    expect(readFileSync(`${file}.minisig`)).toEqual(before);
  });

  test('are all kept when one signer adds them twice at the same time', async () => {
    const directory = tempDirectory();
    const cores = [1, 2, 3, 4, 5, 6];
    const added = await Promise.all(cores.map((count) => add(directory, 'alice', world.claims({ how: { cores: count } }))));
    expect(added.map((one) => unwrap(one).added)).toEqual(cores.map(() => 4));
    const file = join(directory, keyIds[0]!, 'claims.jsonl');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(4 * cores.length);
    expect(readdirSync(join(directory, keyIds[0]!)).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  test('come again when a power cut has left the last line half, and a whole line without its end is kept', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    const file = join(directory, keyIds[0]!, 'claims.jsonl');
    const whole = readFileSync(file, 'utf8');
    for (const [cut, again] of [
      [100, 1],
      [1, 0],
    ] as const) {
      writeFileSync(file, whole.slice(0, -cut));
      expect(unwrap(await add(directory, 'alice'))).toMatchObject({ added: again, total: 4 });
      expect(readFileSync(file, 'utf8')).toBe(whole);
    }
  });
});

describe('claims travel', () => {
  test('as files and as directories', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    unwrap(await add(directory, 'bob'));
    const all = unwrap(await readClaims([directory], [], {}));
    expect(all).toHaveLength(8);
    expect(unwrap(await readClaims([join(directory, keyIds[0]!, 'claims.jsonl')], [], {}))).toHaveLength(4);
  });

  test('from a static web server, which lists nothing', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    unwrap(await add(directory, 'bob'));
    const server = createServer((request, response) => {
      try {
        response.end(readFileSync(join(directory, request.url ?? '')));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(() => server.close());
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const read = unwrap(await readClaims([address], [...keyIds, keyIdOf(KEYS.mallory)], {}));
    expect(read).toHaveLength(8);
  });

  test('in a binary cache, beside what it holds', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'nix-cache-info'), 'StoreDir: /nix/store\n');
    unwrap(await add(directory, 'alice'));
    unwrap(await add(directory, 'bob'));
    expect(unwrap(await readClaims([`file://${directory}`], keyIds, {}))).toHaveLength(8);
    expect(unwrap(await readClaims([`file://${directory}`], [keyIds[1]!], {}))).toHaveLength(4);
    expect(readFileSync(join(directory, 'nix-cache-info'), 'utf8')).toBe('StoreDir: /nix/store\n');
  });

  test('through git: two who add at the same time never conflict', async () => {
    const [origin, alices, bobs] = [tempDirectory(), tempDirectory(), tempDirectory()];
    const git = (directory: string, ...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: directory, stdio: 'pipe' });
    };
    git(origin, 'init', '-q', '--bare', '-b', 'main');
    for (const directory of [alices, bobs]) {
      git(directory, 'init', '-q', '-b', 'main');
      git(directory, 'remote', 'add', 'origin', origin);
    }
    unwrap(await add(alices, 'alice'));
    git(alices, 'add', '.');
    git(alices, 'commit', '-qm', 'alice');
    git(alices, 'push', '-q', 'origin', 'main');
    unwrap(await add(bobs, 'bob'));
    git(bobs, 'add', '.');
    git(bobs, 'commit', '-qm', 'bob');
    git(bobs, 'pull', '-q', '--no-rebase', '--no-edit', '--allow-unrelated-histories', 'origin', 'main');
    expect(unwrap(await readClaims([bobs], [], {}))).toHaveLength(8);
  });

  test('a directory holds what is no claim as well, and only lines of *.jsonl are read', async () => {
    const directory = tempDirectory();
    unwrap(await add(directory, 'alice'));
    writeFileSync(join(directory, 'README'), 'not a claim\n');
    expect(unwrap(await readClaims([directory], [], {}))).toHaveLength(4);
  });
});
