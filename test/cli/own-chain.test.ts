/** A chain of one's own, outside of the checkout: begun, checked, built. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CliRig } from './rig.js';

let rig: CliRig;
let mine: string;
beforeAll(async () => {
  rig = new CliRig();
  mine = join(mkdtempSync(join(tmpdir(), 'zilch-own-')), 'my chain');
  const begun = await rig.run(['init', mine]);
  expect(begun).toMatchObject({ status: 0, stderr: '' });
  expect(begun.stdout).toMatch(/wrote .*\/chain\.ts\n[^]*next: zilch build -f '.*my chain'\n$/);
});
afterAll(async () => {
  rmSync(join(mine, '..'), { recursive: true });
  await rig.close();
});

describe('a new chain', () => {
  it('has its types found by a compiler that knows nothing but its tsconfig.json', () => {
    const tsc = join(CHECKOUT, 'node_modules/typescript/bin/tsc');
    expect(execFileSync(process.execPath, [tsc, '-p', mine], { encoding: 'utf8' })).toBe('');
    writeFileSync(join(mine, 'wrong.ts'), "import { recipe } from 'zilch';\nrecipe({ name: 3, shell: '/sh', script: '' });\n");
    const wrong = spawnSync(process.execPath, [tsc, '-p', mine, '--pretty', 'false'], { encoding: 'utf8', cwd: mine });
    rmSync(join(mine, 'wrong.ts'));
    expect(wrong.stdout).toMatch(/^wrong\.ts\(2,\d+\): error TS2322/);
  });

  it('is what `zilch check` has nothing to say of, until something is missing or wrong', async () => {
    expect(await rig.run(['check', '-f', mine])).toMatchObject({ status: 0, stdout: '1 target: nothing to see to\n' });
    const file = join(mine, 'chain.ts');
    const good = readFileSync(file, 'utf8');
    const entry = (name: string, digit: string): string =>
      `const ${name} = source({ name: '${name}', version: '1', size: 1,\n  sha256: '${digit.repeat(64)}', urls: ['file:///${name}.tar'] });\n`;
    const changed = good
      .replace("description: 'says hello',", '')
      .replace('import { chain,', 'import { source, chain,')
      .replace('const hello', `${entry('used', 'a')}${entry('unused', 'b')}const hello`)
      .replace('mkdir -p', ': ${used}; mkdir -p')
      .replace("version: '1.0'", 'version: 1');
    writeFileSync(file, changed);
    const found = await rig.run(['check', '-f', mine]);
    writeFileSync(file, good);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain('E_CHECK: 4 things to see to');
    const lineOf = (text: string): number => changed.slice(0, changed.indexOf(text)).split('\n').length;
    const lines = found.stdout.split('\n');
    expect(lines).toContainEqual(expect.stringContaining(`chain.ts:${lineOf('version: 1,')}: TS2322`));
    expect(lines).toContainEqual(expect.stringContaining(`chain.ts:${lineOf('recipe({')}: hello has no description`));
    expect(lines).toContainEqual(expect.stringContaining(`chain.ts:${lineOf('aaaa')}: source used-1.tar has no licence`));
    expect(lines).toContainEqual(expect.stringContaining(`chain.ts:${lineOf('bbbb')}: nothing is made of the source with hash bbbbbbbbbbbb…`));
  });

  it('is not written over', async () => {
    writeFileSync(join(mine, 'hello.c'), '/* mine */\n');
    rmSync(join(mine, 'README.md'));
    expect(await rig.run(['init', mine])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^wrote [^\n]*tsconfig\.json\n$/) as string });
    expect(readFileSync(join(mine, 'hello.c'), 'utf8')).toBe('/* mine */\n');
    expect(existsSync(join(mine, 'README.md'))).toBe(false);
    writeFileSync(join(mine, 'tsconfig.json'), '{}');
    expect(await rig.run(['init', mine])).toMatchObject({ status: 0, stdout: '' });
  });
});
