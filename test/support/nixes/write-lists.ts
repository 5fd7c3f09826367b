/**
 * Writes the list of each tested Nix: `nix-bin` of its suite and the libraries that it needs, as the suite's index has
 * them today. `npx jiti test/support/nixes/write-lists.ts`, and again when a mirror no longer has a listed file.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { debianMirrors } from '../../../src/sources/index.js';
import { listFile, TESTED_NIXES, type DebianFile } from './versions.js';

type Fields = ReadonlyMap<string, string>;

/** Of what packages depend on, only libraries matter to a program that is run without being installed. */
const LIBRARY = /^(lib|zlib1g)/;

async function packagesOf(suite: string): Promise<readonly Fields[]> {
  const failures: string[] = [];
  for (const mirror of debianMirrors()) {
    const url = `${mirror}/dists/${suite}/main/binary-amd64/Packages.xz`;
    // eslint-disable-next-line no-restricted-globals -- a script that is run by hand, when a list is made anew
    const answer = await fetch(url);
    if (!answer.ok) {
      failures.push(`${url}: ${answer.status}`);
      continue;
    }
    const input = Buffer.from(await answer.arrayBuffer());
    const text = execFileSync('xz', ['--decompress', '--stdout'], { input, maxBuffer: 1 << 30 }).toString();
    return text.split('\n\n').map((stanza) => new Map([...stanza.matchAll(/^([\w-]+): (.*)$/gm)].map(([, key, value]) => [key!, value!])));
  }
  throw new Error(failures.join('; '));
}

/** Names of packages in a field: of alternatives the first, without versions. */
function namesIn(field = ''): string[] {
  return field.split(',').flatMap((wanted) => /^\s*([^\s:(|]+)/.exec(wanted)?.[1] ?? []);
}

/** The package of a name, and the libraries it needs, and those they need. */
function closure(packages: readonly Fields[], name: string): Fields[] {
  const byName = new Map<string, Fields>();
  for (const fields of packages) for (const provided of namesIn(fields.get('Provides'))) byName.set(provided, fields);
  for (const fields of packages) byName.set(fields.get('Package') ?? '', fields);
  const needed = new Set([name]);
  for (const each of needed) {
    const fields = byName.get(each);
    if (fields === undefined) throw new Error(`no package ${each}`);
    for (const field of ['Depends', 'Pre-Depends'])
      for (const dependency of namesIn(fields.get(field))) if (LIBRARY.test(dependency) && !dependency.endsWith('-perl')) needed.add(dependency);
  }
  return [...new Set([...needed].map((each) => byName.get(each)!))];
}

for (const { version, suite } of TESTED_NIXES) {
  const found = closure(await packagesOf(suite), 'nix-bin');
  if (!found[0]!.get('Version')!.startsWith(version)) throw new Error(`${suite} has Nix ${found[0]!.get('Version')}, not ${version}`);
  const files = found.map((fields): DebianFile => ({
    sha256: fields.get('SHA256')!,
    size: Number(fields.get('Size')),
    path: fields.get('Filename')!,
  }));
  const sorted = files.sort((a, b) => (a.path < b.path ? -1 : 1));
  writeFileSync(listFile(version), sorted.map(({ sha256, size, path }) => `${sha256} ${size} ${path}\n`).join(''));
  console.log(`Nix ${version} of ${suite}: ${sorted.length} files, ${sorted.reduce((sum, { size }) => sum + size, 0)} bytes`);
}
