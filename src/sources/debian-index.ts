/** Which sources have a newer version, by the index of a Debian suite's sources. Source of the format: sources(5), deb-src-control(5). */
import type { Source } from '../recipe/index.js';
import type { ByteStream } from '../stream-failure.js';
import { compareVersions, upstreamVersion } from './debian-version.js';

/** The newest upstream version of each source package, by the package's name. */
export type DebianIndex = ReadonlyMap<string, string>;

/** How old a source of a chain is. */
export interface SourceAge {
  /** The source's name in the chain. */
  readonly name: string;
  /** What the chain has, as Debian writes it. */
  readonly version: string;
  /** `unknown` where the index has nothing of the kind, or the source is not from Debian. */
  readonly state: 'newest' | 'outdated' | 'unknown';
  /** The newest version there is; the chain's own may be newer. */
  readonly newest?: string;
  /** Which package has it: `gcc-14`, where the chain's is of `gcc-10`. */
  readonly debianPackage?: string;
}

/** Reads an index as it comes: a suite's has hundreds of thousands of lines, of which two of each stanza count. */
export async function readIndex(bytes: ByteStream): Promise<DebianIndex> {
  const newest = new Map<string, string>();
  const decoder = new TextDecoder();
  let [rest, name] = ['', ''];
  const take = (line: string): void => {
    if (line === '') name = '';
    else if (line.startsWith('Package: ')) name = line.slice('Package: '.length).trim();
    else if (line.startsWith('Version: ') && name !== '') {
      const version = upstreamVersion(line.slice('Version: '.length).trim());
      const known = newest.get(name);
      if (known === undefined || compareVersions(known, version) < 0) newest.set(name, version);
    }
  };
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) take(line);
  }
  take(rest);
  return newest;
}

/** Compares a source with the index. */
export function ageOf(source: Source, index: DebianIndex): SourceAge {
  const path = source.locations.find((location) => location.kind === 'debian')?.path;
  const [, debianPackage, written] = /\/([^/]+)\/[^/_]+_([^/]+?)(?:\.orig)?\.tar\.[a-z0-9]+$/.exec(path ?? '') ?? [];
  if (debianPackage === undefined || written === undefined) return { name: source.name, version: source.version, state: 'unknown' };
  const version = upstreamVersion(`${written}-1`);
  const best = [...index]
    .filter(([name]) => name === debianPackage || succeeds(name, debianPackage, version))
    .sort(([, a], [, b]) => compareVersions(b, a))[0];
  if (best === undefined) return { name: source.name, version, state: 'unknown' };
  return {
    ...{ name: source.name, version },
    state: compareVersions(version, best[1]) < 0 ? 'outdated' : 'newest',
    ...{ newest: best[1], debianPackage: best[0] },
  };
}

/** `gcc-14` succeeds `gcc-10`, and `python3.14` `python3.13`: the package's name says which series it is, with which the version begins. */
function succeeds(name: string, own: string, version: string): boolean {
  const [, stem, series] = /^(.*?)(\d+(?:\.\d+)*)$/.exec(own) ?? [];
  if (stem === undefined || series === undefined || !`${version}.`.startsWith(`${series}.`)) return false;
  return name.startsWith(stem) && /^\d+(?:\.\d+)*$/.test(name.slice(stem.length));
}
