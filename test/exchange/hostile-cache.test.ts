import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Puller, type Compression } from '../../src/exchange/index.js';
import {
  makeContentPath,
  parseStorePath,
  sha256,
  sha256Hash,
  storePathBaseName,
  type ContentAddress,
  type DrvOutputId,
} from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { codeOf, openStore } from '../support/store.js';
import { bytes, endless, fileNar, HELLO, HostileCache, narInfo, narOf, pack, PATH, type Answer } from './hostile-cache.js';

const OTHER = unwrap(parseStorePath('/nix/store/00000000000000000000000000000000-other'));
const ID: DrvOutputId = { drvHash: sha256('drv'), outputName: 'out' };

let hostile: HostileCache;
beforeEach(async () => {
  hostile = await HostileCache.start();
});
afterEach(() => {
  hostile.stop();
});

const switchProtocols: Answer = (request) => {
  request.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
};

describe('a hostile narinfo', () => {
  const wrong: Readonly<Record<string, string>> = {
    'about another path': narInfo(HELLO, { path: OTHER }),
    'about a path that leads out of the store': narInfo(HELLO, { path: '/nix/store/../../etc/passwd' }),
    'without its last line’s end': narInfo(HELLO).trimEnd(),
    'of no size': narInfo(HELLO, { narSize: 0 }),
    'of a negative size': narInfo(HELLO, { narSize: -1 }),
    'with two NAR hashes': narInfo(HELLO).replace(/(NarHash.*\n)/, '$1$1'),
    'with a reference that is a traversal': narInfo(HELLO).replace('References: ', 'References: ../../../etc/passwd'),
    'that is binary': '\0\u{1}\u{2}',
    'that is empty': '',
    'that is HTML': '<html><body>Sign in to the network</body></html>\n',
  };
  test.each(Object.entries(wrong))('%s is refused', async (_what, text) => {
    hostile.offer(text, HELLO);
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test.each([
    '../../../../etc/passwd',
    '/etc/passwd',
    'file:///etc/passwd',
    'ftp://127.0.0.1/nar/x.nar',
    'http://[half',
    'nar\\x.nar',
    'nar/../../x',
    'nar//x',
    'nar/x\u{7f}',
    '..',
  ])('that names %s as its NAR is refused', async (url) => {
    hostile.offer(narInfo(HELLO, { url }), HELLO);
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test('that never ends is refused', async () => {
    hostile.offer(endless);
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test('that is larger than the disk is refused before anything is fetched', async () => {
    hostile.offer(narInfo(HELLO, { narSize: Number.MAX_SAFE_INTEGER }), endless);
    await hostile.expectRefusal('E_NO_ROOM');
  });

  test('of an unknown compression is refused', async () => {
    hostile.offer(narInfo(HELLO, { compression: 'lzma9000' }), HELLO);
    await hostile.expectRefusal('E_COMPRESSION');
  });

  test('whose references go in a circle is refused instead of waited for', async () => {
    hostile.offer(narInfo(HELLO, { references: [OTHER] }), HELLO);
    hostile.offer(narInfo(HELLO, { path: OTHER, references: [PATH] }), HELLO, OTHER);
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test('that claims a content address its NAR does not have is refused', async () => {
    for (const contentAddress of [
      { method: 'recursive', hash: sha256Hash(sha256('other')) },
      { method: 'recursive', hash: sha256Hash(sha256(HELLO)) },
    ] as const) {
      hostile.offer(narInfo(HELLO, { contentAddress }), HELLO);
      await hostile.expectRefusal('E_CONTENT_ADDRESS');
    }
    const right = { method: 'recursive', hash: sha256Hash(sha256(HELLO)) } as const;
    const path = makeContentPath('hi', 'recursive', right.hash);
    hostile.offer(narInfo(HELLO, { path, contentAddress: right }), HELLO, path);
    expect(await hostile.pull([path])).toEqual({ ok: true, value: undefined });
  });

  test.each([
    ['flat', 'sha256'],
    ['flat', 'sha512'],
    ['text', 'sha256'],
  ] as const)('that claims a %s content address by %s its file does not have is refused', async (method, algorithm) => {
    const addressOf = (contents: string): ContentAddress => ({
      method,
      hash: { algorithm, hex: createHash(algorithm).update(contents).digest('hex') },
    });
    const right = addressOf('hello, world\n');
    const path = makeContentPath('hi', method, right.hash);
    const program = narOf((writer) => {
      writer.file(true, 13);
      writer.data(Buffer.from('hello, world\n'));
      writer.endFile();
    });
    for (const [nar, lies] of [
      [HELLO, { path: PATH, contentAddress: right }],
      [HELLO, { path, contentAddress: addressOf('other') }],
      [HELLO, { path, contentAddress: right, references: [path] }],
      [fileNar(Buffer.from('other')), { path, contentAddress: right }],
      [program, { path, contentAddress: right }],
    ] as const) {
      hostile.offer(narInfo(nar, lies), nar, lies.path);
      expect(codeOf(await hostile.pull([lies.path]))).toBe('E_CONTENT_ADDRESS');
    }
    hostile.offer(narInfo(HELLO, { path, contentAddress: right }), HELLO, path);
    expect(await hostile.pull([path])).toEqual({ ok: true, value: undefined });
  });
});

describe('a hostile NAR', () => {
  test('that is missing, too short, too long, or another is refused', async () => {
    hostile.offer(narInfo(HELLO));
    await hostile.expectRefusal('E_CACHE_ANSWER');
    for (const nar of [HELLO.subarray(0, -8), Buffer.concat([HELLO, Buffer.alloc(8)]), fileNar(Buffer.from('Hello, world\n')), Buffer.alloc(0)]) {
      hostile.offer(narInfo(HELLO), nar);
      await hostile.expectRefusal(/^E_NAR/);
    }
    hostile.offer(narInfo(HELLO, { narSize: HELLO.length + 8 }), HELLO);
    await hostile.expectRefusal(/^E_NAR/);
    hostile.offer(narInfo(HELLO, { narHash: sha256('else') }), HELLO);
    await hostile.expectRefusal('E_NAR_HASH');
    hostile.offer(narInfo(HELLO, { fileSize: HELLO.length - 1 }), HELLO);
    await hostile.expectRefusal('E_NAR_SIZE');
  });

  test('that never ends is refused, compressed or not', async () => {
    hostile.offer(narInfo(HELLO), endless);
    await hostile.expectRefusal(/^E_NAR/);
    // Frames that decode to nothing: only the compressed side grows.
    const skipped = Buffer.concat([Buffer.from('502a4d18f0ff0000', 'hex'), Buffer.alloc(0xfff0)]);
    hostile.offer(narInfo(HELLO, { compression: 'zstd' }), (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(skipped));
      };
      response.on('drain', more);
      more();
    });
    await hostile.expectRefusal('E_NAR_SIZE');
  });

  test.each(['zstd', 'gzip', 'br', 'xz'] as const)('that is a bomb of %s is refused at its promised size', async (compression) => {
    const zeros = Buffer.alloc(256 << 20);
    const bomb = pack(zeros, compression);
    expect(bomb.length).toBeLessThan(1 << 20);
    // The header promises a file of 1 KiB; what follows it is 256 MiB.
    hostile.offer(narInfo(HELLO, { compression, narSize: 1 << 20 }), bomb);
    await hostile.expectRefusal(/^E_NAR/);
  });

  test.each(['zstd', 'gzip', 'br', 'xz', 'bzip2'] as const)('whose %s is damaged or cut off is refused', async (compression) => {
    const packed = pack(fileNar(Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251))), compression);
    const nar = fileNar(Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251)));
    for (const broken of [
      packed.subarray(0, packed.length >> 1),
      Buffer.alloc(200, 7),
      Buffer.concat([packed.subarray(0, 20), Buffer.alloc(50), packed.subarray(70)]),
    ]) {
      hostile.offer(narInfo(nar, { compression }), broken);
      await hostile.expectRefusal(/^E_(NAR|COMPRESSION)/);
    }
  });

  test('with names that lead elsewhere is refused', async () => {
    for (const names of [['..'], ['.'], [''], ['a/b'], ['/etc'], ['a\0b'], ['b', 'a'], ['a', 'a']]) {
      const parts = [
        'nix-archive-1',
        '(',
        'type',
        'directory',
        ...names.flatMap((name) => ['entry', '(', 'name', name, 'node', '(', 'type', 'regular', 'contents', 'evil', ')', ')']),
        ')',
      ];
      const nar = Buffer.concat(parts.map(token));
      hostile.offer(narInfo(nar), nar);
      await hostile.expectRefusal('E_NAR');
    }
  });

  test('that puts a symlink where it then writes below is refused', async () => {
    const parts = [
      'nix-archive-1',
      '(',
      'type',
      'directory',
      'entry',
      '(',
      'name',
      'a',
      'node',
      '(',
      'type',
      'symlink',
      'target',
      '/tmp',
      ')',
      ')',
      'entry',
      '(',
      'name',
      'a',
      'node',
      '(',
      'type',
      'directory',
      'entry',
      '(',
      'name',
      'owned',
      'node',
      '(',
      'type',
      'regular',
      'contents',
      'x',
      ')',
      ')',
      ')',
      ')',
      ')',
    ];
    const nar = Buffer.concat(parts.map(token));
    hostile.offer(narInfo(nar), nar);
    await hostile.expectRefusal('E_NAR');
  });

  test('with a symlink to what no file system can hold is refused', async () => {
    for (const target of ['', 'a\0b', 't'.repeat(5000)]) {
      const nar = Buffer.concat(['nix-archive-1', '(', 'type', 'symlink', 'target', target, ')'].map(token));
      hostile.offer(narInfo(nar), nar);
      await hostile.expectRefusal('E_NAR');
    }
  });

  test('that is nested without end is refused', async () => {
    const deep = Array.from({ length: 100_000 }, () => ['(', 'type', 'directory', 'entry', '(', 'name', 'd', 'node']).flat();
    const nar = Buffer.concat(['nix-archive-1', ...deep].map(token));
    hostile.offer(narInfo(nar), nar);
    await hostile.expectRefusal('E_NAR');
  });

  test('with paths longer than any file system holds is refused', async () => {
    const nar = narOf((writer) => {
      for (let depth = 0; depth < 20; depth++) {
        writer.beginDirectory();
        writer.entry(Buffer.from('d'.repeat(255)));
      }
      writer.symlink(Buffer.from('x'));
      for (let depth = 0; depth < 20; depth++) {
        writer.endEntry();
        writer.endDirectory();
      }
    });
    hostile.offer(narInfo(nar), nar);
    await hostile.expectRefusal('E_NAR');
  });

  test('damaged anywhere is refused', async () => {
    const nar = fileNar(Buffer.from('some contents that are long enough to be damaged at many places'));
    await fc.assert(
      fc.asyncProperty(fc.nat(nar.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(nar);
        damaged[at]! ^= flip;
        hostile.offer(narInfo(nar), damaged);
        await hostile.expectRefusal(/^E_NAR/);
      }),
      { numRuns: 30 },
    );
  });
});

function token(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body, Buffer.alloc((8 - (body.length % 8)) % 8)]);
}

describe('a hostile server', () => {
  test.each([
    ['itself', (): string => '/loop.narinfo'],
    ['a file', (): string => 'file:///etc/passwd'],
    ['another protocol', (): string => 'gopher://127.0.0.1/'],
    ['nowhere', (): string => ''],
    ['what is no address', (): string => 'http://[half'],
  ])('that redirects to %s is refused', async (_what, location) => {
    const redirect: Answer = (_request, response) => response.writeHead(302, { location: location() }).end();
    hostile.offer(redirect);
    hostile.answers.set('/loop.narinfo', redirect);
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test('that answers 500, hangs up, or says nothing is given up', async () => {
    hostile.beImpatient();
    hostile.offer((_request, response) => response.writeHead(500).end());
    await hostile.expectRefusal('E_NETWORK');
    hostile.offer((request) => request.socket.destroy());
    await hostile.expectRefusal('E_NETWORK');
    hostile.offer(() => undefined);
    await hostile.expectRefusal('E_NETWORK');
  });

  test.each(['a narinfo', 'a NAR'])('that switches protocols instead of giving %s is refused, and another is asked', async (what) => {
    const info = narInfo(HELLO);
    hostile.offer(what === 'a NAR' ? info : switchProtocols, switchProtocols);
    await hostile.expectRefusal('E_CACHE_ANSWER');
    const good = await HostileCache.start();
    try {
      good.offer(info, HELLO);
      const options = { store: openStore(), caches: [hostile.seen, good.seen], trust: { keys: [], checkSignatures: false } };
      expect(codeOf(await new Puller(options).closure([PATH]))).toBe('ok');
    } finally {
      good.stop();
    }
  });

  test('that switches protocols when it is given something is refused', async () => {
    for (const method of ['PUT', 'GET']) {
      hostile.answers.set('/nix-cache-info', (request, response) => {
        if (request.method === method) switchProtocols(request, response);
        else response.writeHead(404).end();
      });
      expect(codeOf(await hostile.seen.prepare())).toBe('E_CACHE_ANSWER');
    }
  });

  test('that stops in the middle of a NAR is given up', async () => {
    hostile.beImpatient();
    const half = HELLO.subarray(0, 60);
    hostile.offer(narInfo(HELLO), (_request, response) => void response.writeHead(200, { 'content-length': HELLO.length }).write(half));
    await hostile.expectRefusal('E_NETWORK');
    hostile.offer(narInfo(HELLO), (request, response) => {
      response.writeHead(200, { 'content-length': HELLO.length }).write(half, () => request.socket.destroy());
    });
    await hostile.expectRefusal('E_NETWORK');
  });

  test.each(['its narinfo', 'its NAR'])('that is too slow with %s is given up', async (what) => {
    hostile.beImpatient();
    const slow: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': HELLO.length });
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => {
        clearInterval(timer);
      });
    };
    hostile.offer(what === 'its NAR' ? narInfo(HELLO) : slow, slow);
    await hostile.expectRefusal('E_NETWORK');
  });

  test('that compresses its answers in transit, unasked, gains nothing by it', async () => {
    hostile.offer((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 << 20))));
    await hostile.expectRefusal('E_CACHE_ANSWER');
  });

  test('that lies about realisations is refused', async () => {
    const key = `/realisations/sha256:${ID.drvHash}!${ID.outputName}.doi`;
    const right = { id: `sha256:${ID.drvHash}!out`, outPath: storePathBaseName(PATH), signatures: [], dependentRealisations: {} };
    const wrong: unknown[] = [
      { ...right, id: `sha256:${sha256('else')}!out` },
      { ...right, outPath: '../../etc' },
      { ...right, outPath: '/etc/passwd' },
      { ...right, signatures: 'all' },
      { ...right, dependentRealisations: { x: 'y' } },
      [],
      null,
      'text',
    ];
    const bodies: Answer[] = [...wrong.map((body) => bytes(JSON.stringify(body))), bytes('{'), bytes('['.repeat(100_000)), endless];
    for (const body of bodies) {
      hostile.answers.set(key, body);
      const store = openStore();
      const puller = new Puller({ store, caches: [hostile.seen], trust: { keys: [], checkSignatures: false } });
      expect(await puller.realisation(ID)).toMatchObject({ ok: false, failure: { code: 'E_CACHE_ANSWER' } });
    }
  });
});
