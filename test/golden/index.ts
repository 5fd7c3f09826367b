import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readdirSync } from 'node:fs';

/** Where the files made by Nix lie in the repository. */
export const GOLDEN_DIRECTORY = fileURLToPath(new URL('made-by-nix', import.meta.url));

/** A file made by Nix, by its path below the golden directory. */
export function golden(path: string): Buffer {
  return readFileSync(join(GOLDEN_DIRECTORY, path));
}

/** All files made by Nix, by their paths below the golden directory. */
export function goldenFiles(directory = GOLDEN_DIRECTORY): Map<string, Buffer> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(directory.length + 1), readFileSync(path)]),
  );
}

/** Those of one kind: `goldenOf('.narinfo')` gives name and bytes of each. */
export function goldenOf(ending: string, below = ''): [name: string, contents: Buffer][] {
  return [...goldenFiles()].filter(([path]) => path.endsWith(ending) && path.startsWith(below)).map(([path, contents]) => [basename(path), contents]);
}
