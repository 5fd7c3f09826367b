import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, messageOf, openStore, tempDirectory } from '../../test/support/store.js';
import { sha256, storePathBaseName } from '../formats/index.js';
import { source, sourcePath, type Source } from '../recipe/index.js';
import { unwrap } from '../result.js';
import type { Store } from '../store/index.js';
import { fetchSources, readBundleIndex, swhidOf, writeBundle } from './index.js';

/** Sources in a store, with sizes around the archive's block size. */
async function sampleSources(names = ['b', 'a', 'c']): Promise<{ store: Store; sources: Source[] }> {
  const store = openStore();
  const sources: Source[] = [];
  for (const [index, name] of names.entries()) {
    const bytes = Buffer.alloc(511 + index, name);
    const file = join(tempDirectory(), name);
    writeFileSync(file, bytes);
    sources.push(
      source({ name, version: '1', file: `${name}.tar`, size: bytes.length, sha256: sha256(bytes), urls: ['http://127.0.0.1:1/x'], licence: 'MIT' }),
    );
    unwrap(await store.addFlatFile(`${name}.tar`, file));
  }
  return { store, sources };
}

describe('a bundle', () => {
  test('gives the sources to a machine without a network', async () => {
    const { store, sources } = await sampleSources();
    const file = join(tempDirectory(), 'bundle.tar');
    const size = unwrap(writeBundle(sources, store, file));
    expect(size).toBe(readFileSync(file).length);
    const other = openStore();
    unwrap(await fetchSources(sources, { store: other, places: [file], offline: true, mirrors: [] }));
    for (const each of sources) expect(other.isValid(sourcePath(each))).toBe(true);
  });

  test('has upstreams’ signatures and keys, those of its sources', async () => {
    const { store, sources } = await sampleSources();
    const [signatures, directory] = [tempDirectory(), tempDirectory()];
    for (const name of ['a.tar.asc', 'a.key.asc', 'other.tar.asc', 'other.key.asc']) writeFileSync(join(signatures, name), `this is ${name}`);
    const file = join(directory, 'bundle.tar');
    unwrap(writeBundle(sources, store, file, signatures));
    execFileSync('tar', ['xf', file, '-C', directory]);
    const unpacked = join(directory, 'zilch-sources');
    expect(readdirSync(join(unpacked, 'signatures')).sort()).toEqual(['a.key.asc', 'a.tar.asc']);
    expect(readFileSync(join(unpacked, 'signatures/a.tar.asc'), 'utf8')).toBe('this is a.tar.asc');
    const manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as { sources: { name: string; signature?: string }[] };
    expect(manifest.sources.flatMap(({ name, signature }) => (signature === undefined ? [] : [[name, signature]]))).toEqual([
      ['a', 'signatures/a.tar.asc'],
    ]);
    expect(codeOf(await fetchSources(sources, { store: openStore(), places: [file], offline: true, mirrors: [] }))).toBe('ok');
  });

  test('is the same bytes whatever the order of the sources and the store they come from', async () => {
    const [one, two] = [await sampleSources(), await sampleSources()];
    const [a, b] = [join(tempDirectory(), 'a.tar'), join(tempDirectory(), 'b.tar')];
    unwrap(writeBundle(one.sources, one.store, a));
    unwrap(writeBundle([...two.sources].reverse(), two.store, b));
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  test('can be unpacked by tar into a directory that is a place again, and lists its files', async () => {
    const { store, sources } = await sampleSources(['x', 'long-'.repeat(40)]);
    const directory = tempDirectory();
    const file = join(directory, 'bundle.tar');
    unwrap(writeBundle(sources, store, file));
    execFileSync('tar', ['xf', file, '-C', directory]);
    const unpacked = join(directory, 'zilch-sources');
    expect(readdirSync(unpacked).sort()).toEqual(
      ['SHA256SUMS', 'manifest.json', ...sources.map((each) => storePathBaseName(sourcePath(each)))].sort(),
    );
    expect(execFileSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: unpacked, encoding: 'utf8' }).match(/: OK$/gm)).toHaveLength(
      sources.length,
    );
    const manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as {
      sources: { sha256: string; swhid: string; member: string; licence: string; addresses: string[] }[];
    };
    for (const each of manifest.sources) {
      expect(each.swhid).toBe(unwrap(swhidOf(join(unpacked, each.member))));
      expect(each).toMatchObject({ licence: 'MIT', addresses: expect.arrayContaining(['http://127.0.0.1:1/x']) as unknown });
    }
    expect(manifest.sources.map((each) => each.sha256).sort()).toEqual(sources.map((each) => each.sha256).sort());
    expect(codeOf(await fetchSources(sources, { store: openStore(), places: [unpacked], offline: true, mirrors: [] }))).toBe('ok');
    expect(codeOf(await fetchSources(sources, { store: openStore(), places: [file], offline: true, mirrors: [] }))).toBe('ok');
  });

  test('is not begun when a source is missing, and an older one is left as it is when writing fails', async () => {
    const { store, sources } = await sampleSources();
    const file = join(tempDirectory(), 'bundle.tar');
    writeFileSync(file, 'older');
    const missing = source({ name: 'm', version: '1', file: 'm.tar', size: 1, sha256: sha256('m'), urls: ['http://127.0.0.1:1/x'] });
    expect(messageOf(writeBundle([...sources, missing], store, file))).toContain('m.tar is not in the store');
    mkdirSync(`${file}.new`);
    expect(codeOf(writeBundle(sources, store, file))).toBe('E_IO');
    expect(readFileSync(file, 'utf8')).toBe('older');
  });

  test('that is none, or is cut short, or altered, is told from a good one', async () => {
    const { store, sources } = await sampleSources();
    const directory = tempDirectory();
    const file = join(directory, 'bundle.tar');
    unwrap(writeBundle(sources, store, file));
    const good = readFileSync(file);
    expect(codeOf(readBundleIndex(file))).toBe('ok');
    for (const length of [0, 100, 512, 1024, 3000, good.length - 1024]) {
      writeFileSync(file, good);
      truncateSync(file, length);
      expect(codeOf(readBundleIndex(file))).toBe('E_BUNDLE');
    }
    writeFileSync(file, 'this is no archive at all'.repeat(100));
    expect(codeOf(readBundleIndex(file))).toBe('E_BUNDLE');
    // As in compressed bytes: numbers in other or invalid formats.
    for (const byte of [0x80, 0xff, 0xfd]) {
      writeFileSync(file, Buffer.alloc(5000, byte));
      expect(messageOf(readBundleIndex(file))).toContain('there is no header at byte 0');
    }
    execFileSync('tar', ['cf', file, '-C', '/', 'etc/hostname']);
    expect(messageOf(readBundleIndex(file))).toContain('it holds etc/hostname');
    const altered = Buffer.from(good);
    altered.fill('!', good.indexOf('aaaa'), good.indexOf('aaaa') + 4);
    writeFileSync(file, altered);
    const result = await fetchSources(sources, { store: openStore(), places: [file], offline: true, mirrors: [] });
    expect(messageOf(result)).toContain(`${file} has SHA-256`);
  });
});
