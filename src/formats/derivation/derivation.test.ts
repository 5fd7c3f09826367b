import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden, goldenOf } from '../../../test/golden/index.js';
import { unwrap } from '../../result.js';
import { makeOutputPath, makeTextPath, parseStorePath, parseStorePathBaseName, storePathName, type DrvPath } from '../store-path.js';
import {
  derivationPath,
  downstreamPlaceholder,
  hashDerivationModulo,
  outputPathName,
  outputPlaceholder,
  parseDerivation,
  replacer,
  resolveDerivation,
  showDerivations,
  writeDerivation,
  type Derivation,
  type DerivationHashes,
} from './index.js';

const FILES = goldenOf('.drv');
const GRAPH = new Map(
  FILES.map(([baseName, contents]) => [unwrap(parseStorePathBaseName(baseName)) as DrvPath, unwrap(parseDerivation(contents, nameOf(baseName)))]),
);

function nameOf(baseName: string): string {
  return baseName.slice(33, -'.drv'.length);
}

function inGraph(name: string): [DrvPath, Derivation] {
  const found = [...GRAPH].find(([path]) => storePathName(path) === `${name}.drv`);
  if (found === undefined) throw new Error(`no golden derivation is called ${name}`);
  return found;
}

function hashesOf(drvPath: DrvPath): DerivationHashes {
  const drv = GRAPH.get(drvPath);
  // `same-fixed` has an input that differs from `flat` by one variable, which does not matter.
  return drv === undefined ? hashesOf(inGraph('flat')[0]) : hashDerivationModulo(drv, hashesOf, false);
}

describe("Nix's own derivation", () => {
  test.each(FILES)('%s is read, written again byte for byte, and has that path', (baseName, contents) => {
    const drv = unwrap(parseDerivation(contents, nameOf(baseName)));
    expect(writeDerivation(drv)).toEqual(contents);
    expect(derivationPath(drv)).toBe(`/nix/store/${baseName}`);
  });

  test('is shown as `nix show-derivation` does', () => {
    const shown = JSON.parse(golden('derivations/shown.json').toString()) as Record<string, unknown>;
    const ours = showDerivations(new Map([...GRAPH].filter(([path]) => Object.hasOwn(shown, path))));
    expect(JSON.parse(JSON.stringify(ours))).toEqual(shown);
  });

  test('has input-addressed outputs at the paths that its hash modulo fixed outputs gives', () => {
    let checked = 0;
    for (const drv of GRAPH.values()) {
      const hashes = hashDerivationModulo(drv, hashesOf, true);
      for (const [name, output] of drv.outputs) {
        if (output.kind !== 'input-addressed') continue;
        expect(makeOutputPath(name, hashes.get(name)!, outputPathName(drv.name, name))).toBe(output.path);
        checked++;
      }
    }
    expect(checked).toBeGreaterThanOrEqual(4);
  });

  test('refers to its own floating outputs and to those of others by our placeholders', () => {
    const [, drv] = inGraph('floating-many');
    for (const name of ['out', 'lib', 'a']) expect(drv.env.get(name)).toBe(outputPlaceholder(name));
    const one = inGraph('floating-one')[1];
    expect(one.builder).toBe(`${downstreamPlaceholder(inGraph('floating-many')[0], 'out')}/bin/sh`);
  });

  test('has the identity that its realisations are registered under', () => {
    const hash = hashDerivationModulo(inGraph('second')[1], hashesOf, true).get('dev')!;
    expect(goldenOf('.doi').map(([name]) => name)).toContain(`sha256:${hash}!dev.doi`);
  });

  test('resolves to the derivation that Nix built in its place', () => {
    const infos = JSON.parse(golden('build/path-info.json').toString()) as { readonly path: string; readonly deriver?: string }[];
    const first = unwrap(parseStorePath(infos.find(({ path }) => path.endsWith('-first'))!.path));
    for (const name of ['second', 'third']) {
      const resolved = resolveDerivation(inGraph(name)[1], () => first)!;
      const info = infos.find(({ path }) => path.endsWith(`-${name}`))!;
      expect(derivationPath(resolved)).toBe(info.deriver);
      // The deferred output has its path now.
      const output = resolved.outputs.get('out');
      if (output?.kind === 'input-addressed') expect(output.path).toBe(info.path);
      else expect(output?.kind).toBe('floating');
    }
    expect(resolveDerivation(inGraph('third')[1], () => undefined)).toBeUndefined();
  });
});

describe('the reader of derivations', () => {
  const [, contents] = FILES.find(([name]) => name.includes('escapes'))!;
  const read = (text: string | Uint8Array): string => {
    const parsed = parseDerivation(text, 'x');
    return parsed.ok ? 'ok' : `${parsed.failure.code} ${parsed.failure.message}`;
  };

  test('takes nothing that it would not write, whichever byte is damaged, cut off or doubled', () => {
    for (let at = 0; at < contents.length; at++) {
      const changed = Buffer.from(contents);
      changed[at]! ^= 1;
      const doubled = Buffer.concat([contents.subarray(0, at), contents.subarray(at - 1)]);
      for (const damaged of [changed, contents.subarray(0, at), doubled]) {
        const parsed = parseDerivation(damaged, 'x');
        if (parsed.ok) expect(writeDerivation(parsed.value).equals(damaged)).toBe(true);
        else expect(parsed.failure.code).toBe('E_DERIVATION');
      }
    }
  });

  const text = 'Derive([("out","","r:sha256","")],[],[],"x86_64-linux","/bin/sh",[],[("a","1"),("b","2")])';

  test.each([
    ['nothing at all', '', 'is expected, at offset 0'],
    ['bytes that are no derivation, and not UTF-8', Buffer.from([0xff]), 'is expected, at offset 0'],
    ['something behind the end', `${text} `, 'follows the end'],
    ['variables out of order', text.replace('("a","1"),("b","2")', '("b","2"),("a","1")'), 'as Nix would write it'],
    ['a variable given twice', text.replace('("b","2")', '("a","2")'), 'as Nix would write it'],
    ['an escape that is not needed', text.replace('"1"', '"\\1"'), 'as Nix would write it'],
    ['a tab that is not escaped', text.replace('"1"', '"\t"'), 'as Nix would write it'],
    ['a string without end', text.slice(0, -4), 'does not end'],
    ['an unknown algorithm', text.replace('sha256', 'sha3'), '"sha3"'],
    [
      'a floating output with a path',
      text.replace('"out",""', '"out","/nix/store/4vfr3n9smrx95b3yw05swv4rwc5chzcf-a"'),
      'has a hash algorithm and a path',
    ],
    ['an output whose hash has no algorithm', text.replace('"r:sha256",""', '"","ab"'), 'no algorithm'],
    [
      'an input that is no derivation',
      text.replace('],[],[]', '],[("/nix/store/4vfr3n9smrx95b3yw05swv4rwc5chzcf-a",["out"])],[]'),
      'does not end in .drv',
    ],
    ['a source that is not in the store', text.replace('],[],[]', '],[],["/etc/passwd"]'), '/etc/passwd'],
  ])('refuses %s, and says what and where', (_what, damaged, why) => {
    expect(read(damaged)).toContain('E_DERIVATION');
    expect(read(damaged)).toContain(why);
  });

  test('takes bytes that are not UTF-8, which Nix takes too, and gives them back', () => {
    const latin1 = Buffer.from(text.replace('("a","1"),("b","2")', '("a","caf\xe9"),("b","\xff"),("\xe9",""),("\xff","")'), 'latin1');
    const drv = unwrap(parseDerivation(latin1, 'x'));
    expect(writeDerivation(drv)).toEqual(latin1);
    expect(derivationPath(drv)).toBe(makeTextPath('x.drv', latin1, []));
    expect(read(Buffer.from(text.replace('("a","1"),("b","2")', '("\xff",""),("\xe9","")'), 'latin1'))).toContain('as Nix would write it');
  });

  test('refuses a fixed output whose path its hash does not give', () => {
    const flat = FILES.find(([name]) => nameOf(name) === 'flat')![1].toString();
    const forged = flat.replaceAll(/\/nix\/store\/[^"]*-flat/g, '/nix/store/4vfr3n9smrx95b3yw05swv4rwc5chzcf-flat');
    expect(parseDerivation(flat, 'flat').ok).toBe(true);
    expect(parseDerivation(forged, 'flat').ok).toBe(false);
  });

  test('gives any derivation back', () => {
    const anyText = fc.string({ unit: fc.constantFrom(...Array.from('ab"\\\n\r\t$'), 'é', '𝄞'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(anyText), fc.dictionary(anyText, anyText), (args, env) => {
        const drv = { ...unwrap(parseDerivation(text, 'x')), args, env: new Map(Object.entries(env)) };
        const written = writeDerivation(drv);
        const again = unwrap(parseDerivation(written, 'x'));
        expect(writeDerivation(again).equals(written)).toBe(true);
        expect(again.args).toEqual(args);
        expect(Object.fromEntries(again.env)).toEqual(env);
      }),
    );
  });
});

describe('a replacer', () => {
  test('replaces each key once, and what it put there not again', () => {
    const replace = replacer(
      new Map([
        ['/a', '/b'],
        ['/b', '/c'],
      ]),
    );
    expect(replace('/a /b /a')).toBe('/b /c /b');
    expect(replacer(new Map())('/a')).toBe('/a');
  });
});
