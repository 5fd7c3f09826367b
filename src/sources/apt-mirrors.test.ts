import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { debianMirrors, parseDeb822Sources, parseSourcesList } from './apt-mirrors.js';

/** A directory like /etc/apt. */
function aptDirectory(files: Readonly<Record<string, string>>): string {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'sources.list.d'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

describe('the mirrors of this machine', () => {
  test('are read from one-line files', () => {
    expect(
      parseSourcesList(`
# deb http://commented.example/debian bookworm main
deb http://one.example/debian/ bookworm main contrib # a comment
  deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://two.example/debian bookworm main
deb-src http://three.example/debian bookworm main
nonsense`),
    ).toEqual([
      { uris: ['http://one.example/debian/'], components: ['main', 'contrib'] },
      { uris: ['https://two.example/debian'], components: ['main'] },
      { uris: ['http://three.example/debian'], components: ['main'] },
    ]);
  });

  test('are read from deb822 stanzas, with comments, continued lines and disabled ones', () => {
    expect(
      parseDeb822Sources(`Types: deb
# http://snapshot.example/archive
URIs: http://one.example/debian
  http://two.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Components: main

uris: http://three.example/debian
components: main non-free
`),
    ).toEqual([
      { uris: ['http://one.example/debian', 'http://two.example/debian'], components: ['main'] },
      { uris: ['http://three.example/debian'], components: ['main', 'non-free'] },
    ]);
  });

  test('are those of Debian only, each once, in order, without their final slash', () => {
    const directory = aptDirectory({
      'sources.list': 'deb http://one.example/debian/ bookworm main\ndeb http://one.example/debian bookworm-updates main\n',
      'sources.list.d/a.sources': 'URIs: http://two.example/debian\nComponents: main\n\nURIs: http://two.example/debian-security\nComponents: main\n',
      'sources.list.d/other.list': 'deb https://vendor.example/apt stable main\ndeb https://docker.example/linux/debian bookworm stable\n',
      'sources.list.d/old.list.disabled': 'deb http://off.example/debian bookworm main\n',
    });
    expect(debianMirrors({}, directory)).toEqual(['http://one.example/debian', 'http://two.example/debian']);
  });

  test('may be named in a file of their own', () => {
    const directory = aptDirectory({});
    writeFileSync(join(directory, 'debian.list'), '# mirrors\nhttps://one.example/debian\tpriority:1\nhttps://two.example/debian/\n');
    writeFileSync(join(directory, 'sources.list.d/debian.sources'), `URIs: mirror+file://${directory}/debian.list\nComponents: main\n`);
    expect(debianMirrors({}, directory)).toEqual(['https://one.example/debian', 'https://two.example/debian']);
  });

  test('are those that ZILCH_DEBIAN_MIRROR names, if it is set', () => {
    const directory = aptDirectory({ 'sources.list': 'deb http://one.example/debian bookworm main' });
    expect(debianMirrors({ ZILCH_DEBIAN_MIRROR: 'http://a.example/x/ file:///srv/mirror' }, directory)).toEqual([
      'http://a.example/x',
      'file:///srv/mirror',
    ]);
    expect(debianMirrors({ ZILCH_DEBIAN_MIRROR: '' }, directory)).toEqual(['http://one.example/debian']);
  });

  test('are none where there is no apt', () => {
    expect(debianMirrors({}, '/nowhere')).toEqual([]);
  });
});
