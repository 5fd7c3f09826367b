/** A chain of one's own to begin with: it builds as it is, in seconds. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../result.js';
import { attempt, makeDirectory } from '../store/index.js';
import { chainTsconfig } from './editor.js';
import { textOf } from './place.js';

const CHAIN = String.raw`import { chain, local, recipe, sh, text } from 'zilch';
import { protobusybox, tinycc } from 'zilch/bootstrap/1-stage1/index.ts';

/** Compiled by the TinyCC that comes of source alone. The build sees what is named here, and nothing else. */
const hello = recipe({
  name: 'hello',
  version: '1.0',
  description: 'says hello',
  shell: text${'`${protobusybox}/bin/ash`'},
  path: [tinycc, protobusybox],
  script: sh${'`'}
    mkdir -p $out/bin
    cc -static -o $out/bin/hello ${"${local(import.meta.url, './hello.c')}"}
  ${'`'},
  // A static program needs nothing when it runs; the build fails if that ever changes.
  references: { allowed: [] },
  test: (self) => ({
    script: sh${'`'}
      said=$(${'${self}'}/bin/hello reader)
      [ "$said" = 'Hello, reader!' ]
      echo "$said" > $out
    ${'`'},
  }),
});

export default chain('hello', { programs: { hello } });
`;

const PROGRAM = String.raw`#include <stdio.h>

int main(int argc, char **argv)
{
    printf("Hello, %s!\n", argc > 1 ? argv[1] : "world");
    return 0;
}
`;

const README = `# A chain of one's own

chain.ts says what is built. In this folder:

    zilch build -f .               # builds hello and what it needs, and tests it
    zilch run hello -f . -- hello reader
    zilch check -f .               # types, and what is missing
    zilch sources add URL          # prints the entry for a tarball
    zilch pins update -f .         # writes down the results, for others to compare with

tsconfig.json tells editors where this machine's Zilch lies. It is of no use to others: \`zilch init .\` writes theirs.
`;

const TSCONFIG_HEADER = '// Written by zilch init, which writes it anew where Zilch has moved.\n';

/** Writes what is not there yet; gives the names of what was written. tsconfig.json is written again unless it is somebody's own. */
export function writeNewChain(directory: string): Result<readonly string[]> {
  return attempt('write', directory, () => {
    makeDirectory(directory);
    const written: string[] = [];
    const write = (name: string, text: string): void => {
      writeFileSync(join(directory, name), text);
      written.push(name);
    };
    const isThere = (name: string): boolean => existsSync(join(directory, name));
    const beginning: readonly (readonly [string, string])[] = [
      ['chain.ts', CHAIN],
      ['hello.c', PROGRAM],
      ['README.md', README],
      ['.gitignore', 'tsconfig.json\nnode_modules/\n'],
    ];
    // Beside a chain that is there, nothing else is wanted.
    if (!isThere('chain.ts')) for (const [name, text] of beginning) if (!isThere(name)) write(name, text);
    const config = TSCONFIG_HEADER + JSON.stringify(chainTsconfig({ include: ['**/*.ts'] }), undefined, 2) + '\n';
    if (!isThere('tsconfig.json') || textOf(join(directory, 'tsconfig.json')).startsWith(TSCONFIG_HEADER)) write('tsconfig.json', config);
    return written;
  });
}
