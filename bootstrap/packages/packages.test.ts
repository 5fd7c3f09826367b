import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipe, sh, text, type AnyRecipe } from 'zilch';
import { describe, expect, it } from 'vitest';
import { packagesBy, type PackageName } from './index.ts';

const tool: AnyRecipe = recipe({ name: 'tool', shell: '/sh', script: sh`` });
const set = packagesBy({ shell: text`${tool}/bin/ash`, path: [tool] });
const names = Object.keys(set) as PackageName[];

/** What runs, with names in the place of store paths. */
const scriptOf = (made: AnyRecipe): string =>
  (made.args[1]?.parts ?? []).map((part) => (typeof part === 'string' ? part : `/${part.kind === 'output' ? part.recipe.name : part.name}`)).join('');

describe.each(names)('the package %s', (name) => {
  const made = set[name];

  it('is called as it is listed', () => {
    expect(made.name).toBe(name);
  });

  it('is shown in its own file', () => {
    expect(made.location?.file).toBe(join(import.meta.dirname, `${name}.ts`));
    expect(readFileSync(made.location!.file, 'utf8').split('\n')[made.location!.line - 1]).toContain('style:');
  });

  it('says where it is from, unless it is our own', () => {
    const { source } = made.spec;
    if (source.kind === 'local') return;
    expect([source.licence, source.homepage, source.releases]).not.toContain(undefined);
    const path = source.locations.find((location) => location.kind === 'debian')?.path ?? '';
    if (/dfsg|\+ds/.test(path)) expect(source.changedByDebian).toBeDefined();
  });

  it('has a test, or says why not', () => {
    expect(made.test !== undefined || (made.about.untested ?? '').length > 10).toBe(true);
  });

  it('has scripts that a shell can read', () => {
    for (const each of [made, made.test]) {
      if (each !== undefined) execFileSync('/bin/sh', ['-n'], { input: scriptOf(each), stdio: ['pipe', 'ignore', 'inherit'] });
    }
  });
});
