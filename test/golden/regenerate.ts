/**
 * Has real Nix make the files our codecs are held to. `npx jiti test/golden/regenerate.ts` writes them anew;
 * test/oracle/golden.test.ts does the same elsewhere and fails on a difference. Uses nothing of src/ but the shape of trees.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Nix, whyNoNix } from '../support/nix.js';
import { makeTree } from '../support/tree.js';
import { GOLDEN_DIRECTORY } from './index.js';
import { GOLDEN_TREES } from './trees.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A key for nothing: it signs these files and is published with them. */
const SECRET_KEY = 'golden-1:nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==';

const HASHED_TEXTS = ['', 'abc', 'Zilch\n', '\0\u00ff€'];

/** Writes all golden files into `target`. */
export function regenerate(target: string): void {
  const nix = new Nix();
  const scratch = mkdtempSync(join(tmpdir(), 'zilch-golden-'));
  try {
    trees(nix, scratch, subdirectory(target, 'nar'));
    hashes(nix, scratch, target);
    derivations(nix, subdirectory(target, 'derivations'));
    build(nix, scratch, subdirectory(target, 'build'));
  } finally {
    nix.close();
    rmSync(scratch, { recursive: true });
  }
}

function trees(nix: Nix, scratch: string, target: string): void {
  for (const [name, tree] of Object.entries(GOLDEN_TREES)) {
    makeTree(tree, join(scratch, name));
    writeFileSync(join(target, `${name}.nar`), nix.run('nix-store', '--dump', join(scratch, name)));
  }
}

function hashes(nix: Nix, scratch: string, target: string): void {
  const rows = HASHED_TEXTS.flatMap((text) => {
    writeFileSync(join(scratch, 'text'), text);
    return ['md5', 'sha1', 'sha256', 'sha512'].map((algorithm) => {
      const of = (encoding: string): string => nix.text('nix', 'hash', 'file', '--type', algorithm, encoding, join(scratch, 'text'));
      return { text, algorithm, base16: of('--base16'), base32: of('--base32'), base64: of('--base64'), sri: of('--sri') };
    });
  });
  writeJson(join(target, 'hashes.json'), rows);
}

function derivations(nix: Nix, target: string): void {
  const paths = instantiate(nix, join(HERE, 'expressions.nix'));
  for (const path of paths) writeFileSync(join(target, basename(path)), readFileSync(nix.hostPath(path)));
  writeJson(join(target, 'shown.json'), nix.json('nix', 'show-derivation', ...paths));
}

/** Builds, signs, and copies to a binary cache, whose files say all there is to say of the paths. */
function build(nix: Nix, scratch: string, target: string): void {
  const drvPaths = instantiate(nix, join(HERE, 'build.nix'));
  nix.run('nix', 'build', '--no-link', ...drvPaths);
  for (const path of drvPaths) writeFileSync(join(target, basename(path)), readFileSync(nix.hostPath(path)));
  writeJson(join(target, 'path-info.json'), withoutTimes(nix.json('nix', 'path-info', '--json', '--recursive', ...drvPaths)));
  writeFileSync(join(scratch, 'key'), SECRET_KEY);
  const cache = join(scratch, 'cache');
  const url = `file://${cache}?compression=none&write-nar-listing=true&secret-key=${join(scratch, 'key')}`;
  nix.run('nix', 'copy', '--to', url, ...drvPaths);
  execFileSync('cp', ['-r', cache, target]);
  writeFileSync(join(target, 'key.secret'), SECRET_KEY);
  writeFileSync(join(target, 'key.public'), nix.run('sh', '-c', 'nix key convert-secret-to-public < "$1"', 'sh', join(scratch, 'key')));
}

/** The paths of all derivations of an expression's attributes, sorted. */
function instantiate(nix: Nix, expression: string): string[] {
  const printed = nix.text('nix-instantiate', expression);
  return [...new Set(printed.split('\n').map((line) => line.replace(/!.*/, '')))].sort();
}

function withoutTimes(infos: unknown): unknown {
  return (infos as Record<string, unknown>[]).map((info) => ({ ...info, registrationTime: undefined }));
}

function subdirectory(target: string, name: string): string {
  const path = join(target, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = whyNoNix();
  if (missing !== undefined) throw new Error(missing);
  rmSync(GOLDEN_DIRECTORY, { recursive: true, force: true });
  regenerate(GOLDEN_DIRECTORY);
}
