import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/formats/index.js';
import { whyNoBuilds } from '../build/rig.js';
import { CliRig } from '../cli/rig.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes } from '../support/nix.js';
import { tempDirectory } from '../support/store.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const RECIPES = `const tarball = source({ name: 'low', version: '1', file: 'low.tar', size: 5, sha256: '${sha256('below')}', debian: 'pool/low.tar' });
const low = make({ name: 'low', script: sh\`cat \${tarball} \${local(import.meta.url, './note')} > $out\` });
const expressions = flake('expressions', () => [low, whole]);
const whole = make({ name: 'whole', script: sh\`mkdir $out; cat \${low} > $out/low; cat \${expressions}/default.nix > $out/expressions\` });
`;

/** What takes its own chain along: as the CD that builds itself again does. */
describe.skipIf(noBuilds !== undefined)('a flake of the chain in what it makes', () => {
  let rig: CliRig;
  beforeAll(async () => {
    rig = new CliRig();
    const sources = join(rig.directory, 'sources');
    mkdirSync(sources);
    writeFileSync(join(sources, 'low.tar'), 'below');
    writeFileSync(join(rig.chain, 'note'), 'beside');
    rig.write(`import { flake } from 'zilch';\n${RECIPES}`, ['whole', 'low']);
    const built = await rig.onChain('build', '--offline', '--sources', sources);
    expect(built.status, built.stderr).toBe(0);
  });
  afterAll(() => rig.close());

  withEachNix('evaluated', allNixes(), () => {
    test('is the same derivations, though it cannot know its own hash, and needs no file beside it', async () => {
      const inStore = (name: string): string => {
        const found = execFileSync('ls', [join(rig.store, 'nix/store')], { encoding: 'utf8' })
          .split('\n')
          .find((entry) => entry.endsWith(`-${name}`));
        return join(rig.store, 'nix/store', found ?? `no ${name}`);
      };
      const drvPath = async (target: string): Promise<string> =>
        (JSON.parse((await rig.onChain('show', target, '--json')).stdout) as { drvPath: string }).drvPath;
      const config = 'experimental-features = nix-command ca-derivations flakes\nsubstituters =\n';
      for (const target of ['low', 'whole']) {
        const evaluated = execFileSync('nix', ['--store', rig.store, 'eval', '--raw', `path:${inStore('expressions')}#${target}.drvPath`], {
          encoding: 'utf8',
          env: { ...process.env, NIX_CONFIG: config, HOME: tempDirectory() },
        });
        expect(evaluated).toBe(await drvPath(target));
      }
    });
  });
});
