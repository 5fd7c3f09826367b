import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atEnd, tempDirectory } from '../../test/support/store.js';
import { sha256 } from '../formats/index.js';
import { unwrap } from '../result.js';
import { describeSource, nameAndVersion, sourceEntry } from './describe-source.js';
import { guessLicence } from './licence.js';

const ISC = 'Permission to use, copy, modify, and/or distribute this\nsoftware for any purpose with or without fee is hereby granted';

function tarball(ending: string, flag: string): string {
  const folder = tempDirectory();
  mkdirSync(join(folder, 'thing-1.2/sub'), { recursive: true });
  writeFileSync(join(folder, 'thing-1.2/sub/LICENSE'), 'Apache License\n Version 2.0');
  writeFileSync(join(folder, 'thing-1.2/COPYING'), ISC);
  writeFileSync(join(folder, 'thing-1.2/thing.c'), 'Apache License Version 2.0');
  const file = join(folder, `thing-1.2.tar${ending}`);
  execFileSync('tar', [`-c${flag}f`, file, '-C', folder, 'thing-1.2']);
  return file;
}

const signal = new AbortController().signal;

describe('the entry for a tarball', () => {
  it.each([
    ['.gz', 'z'],
    ['.xz', 'J'],
    ['.bz2', 'j'],
    ['', ''],
  ])('has size, hash and the licence at its top: tar%s', async (ending, flag) => {
    const file = tarball(ending, flag);
    const described = unwrap(await describeSource(file, signal));
    const bytes = readFileSync(file);
    expect(described).toMatchObject({ name: 'thing', version: '1.2', size: bytes.length, sha256: sha256(bytes) });
    expect(described.licence).toEqual({ guess: 'ISC', from: 'COPYING' });
    expect(sourceEntry(described)).toBe(
      `source({\n  name: 'thing',\n  version: '1.2',\n  size: ${bytes.length},\n  sha256: '${sha256(bytes)}',\n  urls: ['file://${file}'],\n  licence: 'ISC', // a guess, by COPYING\n}),`,
    );
  });

  it('of an address is of what is there', async () => {
    const bytes = readFileSync(tarball('.gz', 'z'));
    const server = createServer((request, response) => (request.url === '/thing-3.tar.gz' ? response.end(bytes) : response.writeHead(404).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(() => server.close());
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const described = unwrap(await describeSource(`${at}/thing-3.tar.gz`, signal));
    expect(described).toMatchObject({ version: '3', sha256: sha256(bytes), place: { urls: [`${at}/thing-3.tar.gz`] }, licence: { guess: 'ISC' } });
    expect(await describeSource(`${at}/other`, signal)).toMatchObject({ failure: { code: 'E_FETCH' } });
  });

  it('of what is no archive has no licence', async () => {
    const file = join(tempDirectory(), 'x-1.tar.gz');
    writeFileSync(file, 'no archive');
    expect(unwrap(await describeSource(file, signal)).licence).toBeUndefined();
    expect(await describeSource(`${file}.missing`, signal)).toMatchObject({ ok: false });
  });
});

it.each([
  ['https://x/musl-1.2.5.tar.gz', 'musl', '1.2.5'],
  ['pool/main/m/musl/musl_1.2.5+dfsg1.orig.tar.xz', 'musl', '1.2.5+dfsg1'],
  ['https://github.com/o/little-tool/archive/refs/tags/v0.9.tar.gz', 'little-tool', '0.9'],
  ['gcc-core-3.4.6.tar.bz2', 'gcc-core', '3.4.6'],
  ['tool-v2.tgz', 'tool', '2'],
  ['notes.zip', 'notes', undefined],
])('%s is %s of version %s', (path, name, version) => {
  expect(nameAndVersion(path)).toEqual({ name, version });
});

it('licences are told apart by their sentences', () => {
  expect(guessLicence('GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991')).toBe('GPL-2.0-or-later');
  expect(guessLicence('GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1')).toBe('LGPL-2.1-or-later');
  expect(guessLicence('Redistribution and use in source and binary forms, with')).toBe('BSD-2-Clause');
  expect(guessLicence('Redistribution and use in source and binary forms … used to endorse or promote products')).toBe('BSD-3-Clause');
  expect(guessLicence('All rights reserved.')).toBeUndefined();
});
