/** Looks a chain over: what its types say, and what people will miss in it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fail, ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { chainTsconfig, typeChecker } from './editor.js';
import type { LoadedChain } from './load.js';
import { place, shown, textOf } from './place.js';
import { sourcesOf } from './prepare.js';

/** Something to be seen to. */
export interface Finding {
  readonly kind: 'type' | 'description' | 'test' | 'licence' | 'unused source';
  /** `file:line`, or the file. */
  readonly where: string;
  readonly what: string;
}

/** Targets and sources that lack what reports and readers want of them, and sources that nothing is made of. */
export function lintChain({ chain, directory }: LoadedChain): readonly Finding[] {
  const file = join(directory, 'chain.ts');
  const findings: Finding[] = [];
  for (const { name, recipe } of chain.targets) {
    const where = place(recipe.location, file);
    if (recipe.description === undefined) findings.push({ kind: 'description', where, what: `${name} has no description` });
    if (recipe.test === undefined && recipe.about.untested === undefined)
      findings.push({ kind: 'test', where, what: `${name} has no test, and does not say why: about: { untested: 'why' }` });
  }
  const used = sourcesOf(chain);
  const lines = linesOf(directory);
  for (const source of used)
    if (source.licence === undefined) {
      const line = lines.find(({ text }) => text.includes(source.sha256));
      findings.push({ kind: 'licence', where: line?.where ?? shown(file), what: `source ${source.file} has no licence` });
    }
  const hashes = new Set<string>(used.map(({ sha256 }) => sha256));
  for (const { where, text } of lines) {
    const hash = /\bsha256:\s*['"`]([0-9a-f]{64})['"`]/.exec(text)?.[1];
    if (hash !== undefined && !hashes.has(hash))
      findings.push({ kind: 'unused source', where, what: `nothing is made of the source with hash ${hash.slice(0, 12)}…` });
  }
  return findings;
}

/** Runs the TypeScript compiler over a chain; `undefined` where there is none. */
export async function checkTypes({ directory }: LoadedChain): Promise<Result<readonly Finding[] | undefined>> {
  const tsc = typeChecker(directory);
  if (tsc === undefined) return ok(undefined);
  const made = attempt('write', tmpdir(), () => {
    const folder = mkdtempSync(join(tmpdir(), 'zilch-check-'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(chainTsconfig({ files: [join(directory, 'chain.ts')] })));
    return folder;
  });
  if (!made.ok) return made;
  try {
    const { said, error } = await run(tsc, join(made.value, 'tsconfig.json'), directory);
    const findings = said.split('\n').flatMap((line): Finding[] => {
      const [, file, number, what] = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line) ?? [];
      if (file === undefined || number === undefined || what === undefined) return [];
      return [{ kind: 'type', where: `${shown(resolve(directory, file))}:${number}`, what }];
    });
    return error !== undefined && findings.length === 0 ? fail('E_PROGRAM', `${tsc} fails: ${said.trim() || error.message}`) : ok(findings);
  } finally {
    rmSync(made.value, { recursive: true, force: true });
  }
}

function run(tsc: string, config: string, cwd: string): Promise<{ readonly said: string; readonly error: Error | undefined }> {
  return new Promise((done) => {
    execFile(process.execPath, [tsc, '-p', config, '--pretty', 'false'], { cwd, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) =>
      done({ said: stdout + stderr, error: error ?? undefined }),
    );
  });
}

/** Every line of a chain's TypeScript files. */
function linesOf(directory: string): { readonly where: string; readonly text: string }[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !relative('.', name).split('/').includes('node_modules'))
    .sort()
    .flatMap((name) => {
      const file = join(directory, name);
      return textOf(file)
        .split('\n')
        .map((text, index) => ({ where: `${shown(file)}:${index + 1}`, text }));
    });
}
