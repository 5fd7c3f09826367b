import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  derivationPath,
  downstreamPlaceholder,
  hashDerivationModulo,
  makeOutputPath,
  makeTextPath,
  outputPathName,
  outputPlaceholder,
  showDerivations,
  staticOutputPath,
  writeDerivation,
  type Derivation,
  type DerivationHashes,
  type DerivationOutput,
  type DrvPath,
  type FileIngestionMethod,
  type HashAlgorithm,
} from '../../src/formats/index.js';
import { Nix, whyNoNix } from '../support/nix.js';
import { nixString } from '../support/nix-text.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: derivations are not compared with Nix's: ${missing}`);

/** What is common to a derivation of ours and an expression for Nix. */
interface Spec {
  readonly outputNames: readonly string[];
  readonly kind: 'plain' | 'fixed' | 'floating' | 'impure';
  readonly method: FileIngestionMethod;
  readonly algorithm: HashAlgorithm;
  readonly hashDigit: string;
  readonly args: readonly string[];
  readonly variable: string;
  readonly text: string;
  /** Earlier derivations, and which of their outputs, by number modulo how many there are. */
  readonly inputs: readonly (readonly [derivation: number, output: number])[];
}

const HEX_LENGTH = { md5: 32, sha1: 40, sha256: 64, sha512: 128 } as const;
const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '\r', '\t', '$', '{', '}', "'", 'é', '𝄞'), maxLength: 10 });
const anySpec: fc.Arbitrary<Spec> = fc.record({
  outputNames: fc.constantFrom(['out'], ['lib'], ['out', 'dev'], ['dev', 'out', 'a']),
  kind: fc.constantFrom('plain', 'plain', 'fixed', 'floating', 'floating', 'impure'),
  method: fc.constantFrom('flat', 'recursive'),
  algorithm: fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'),
  hashDigit: fc.constantFrom('0', '7', 'f'),
  args: fc.array(anyText, { maxLength: 3 }),
  variable: fc.constantFrom('A', 'zZ', '_x', 'x-y'),
  text: anyText,
  inputs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
});

interface Made {
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
}

/** The same derivations, made by our code alone. */
class Ours {
  readonly made: Made[] = [];
  private readonly byPath = new Map<DrvPath, Derivation>();

  add(spec: Spec, name: string): void {
    const inputs = inputsOf(spec, this.made.length).map(([index, output]) => ({
      ...this.made[index]!,
      outputName: outputNamesOf(this.specs[index]!)[output]!,
    }));
    this.specs.push(spec);
    const inputDrvs = new Map<DrvPath, string[]>();
    for (const { drvPath, outputName } of inputs) inputDrvs.set(drvPath, [...new Set([...(inputDrvs.get(drvPath) ?? []), outputName])]);
    const text = makeTextPath('text', spec.text, []);
    const env = new Map([
      ['name', name],
      ['system', 'x86_64-linux'],
      ['builder', '/bin/sh'],
      [spec.variable, spec.text],
      ['file', text],
      [
        'inputs',
        inputs.map(({ drv, drvPath, outputName }) => staticOutputPath(drv, outputName) ?? downstreamPlaceholder(drvPath, outputName)).join(' '),
      ],
      ...hashVariables(spec),
      ...(spec.kind === 'fixed' ? [] : ([['outputs', spec.outputNames.join(' ')]] as const)),
    ]);
    const isDeferred = [...inputDrvs.keys()].some((path) =>
      [...this.byPath.get(path)!.outputs.values()].some(({ kind }) => kind !== 'fixed' && kind !== 'input-addressed'),
    );
    const outputs = new Map(outputNamesOf(spec).map((outputName) => [outputName, outputOf(spec)]));
    for (const [outputName, { kind }] of outputs) env.set(outputName, kind === 'deferred' ? '' : outputPlaceholder(outputName));
    const base = { name, outputs, inputDrvs, inputSrcs: [text], platform: 'x86_64-linux', builder: '/bin/sh', args: spec.args, env };
    const drv = isDeferred && spec.kind !== 'fixed' ? base : this.withPaths(base);
    const drvPath = derivationPath(drv);
    this.made.push({ drv, drvPath });
    this.byPath.set(drvPath, drv);
  }

  private readonly specs: Spec[] = [];

  private withPaths(drv: Derivation): Derivation {
    const hashes = hashDerivationModulo(drv, (path) => this.hashes(path), true);
    const outputs = new Map<string, DerivationOutput>(drv.outputs);
    const env = new Map(drv.env);
    for (const [name, output] of drv.outputs) {
      if (output.kind === 'deferred')
        outputs.set(name, { kind: 'input-addressed', path: makeOutputPath(name, hashes.get(name)!, outputPathName(drv.name, name)) });
      const path = staticOutputPath({ ...drv, outputs }, name);
      if (path !== undefined) env.set(name, path);
    }
    return { ...drv, outputs, env };
  }

  private hashes(path: DrvPath): DerivationHashes {
    return hashDerivationModulo(this.byPath.get(path)!, (input) => this.hashes(input), false);
  }
}

function outputNamesOf(spec: Spec): readonly string[] {
  return spec.kind === 'fixed' ? ['out'] : spec.outputNames;
}

function inputsOf(spec: Spec, index: number): readonly (readonly [derivation: number, output: number])[] {
  return index === 0 ? [] : spec.inputs.map(([derivation, output]) => [derivation % index, output] as const);
}

function outputOf({ kind, method, algorithm, hashDigit }: Spec): DerivationOutput {
  switch (kind) {
    case 'plain':
      return { kind: 'deferred' };
    case 'fixed':
      return { kind: 'fixed', method, hash: { algorithm, hex: hashDigit.repeat(HEX_LENGTH[algorithm]) } };
    case 'floating':
    case 'impure':
      return { kind, method, algorithm };
  }
}

function hashVariables({ kind, method, algorithm, hashDigit }: Spec): [string, string][] {
  if (kind === 'plain') return [];
  const hash: [string, string][] = kind === 'fixed' ? [['outputHash', hashDigit.repeat(HEX_LENGTH[algorithm])]] : [];
  return [['outputHashMode', method], ['outputHashAlgo', algorithm], ...hash];
}

function expression(specs: readonly Spec[]): string {
  const bindings = specs.map((spec, index) => {
    const inputs = inputsOf(spec, index).map(
      ([derivation, output]) => `\${d${derivation}.${outputNamesOf(specs[derivation]!)[output % outputNamesOf(specs[derivation]!).length]}}`,
    );
    const attributes = [
      `name = "d${index}"; system = "x86_64-linux"; builder = "/bin/sh";`,
      `args = [ ${spec.args.map(nixString).join(' ')} ];`,
      `${spec.variable} = ${nixString(spec.text)};`,
      `file = builtins.toFile "text" ${nixString(spec.text)};`,
      `inputs = "${inputs.join(' ')}";`,
      ...hashVariables(spec).map(([key, value]) => `${key} = "${value}";`),
      spec.kind === 'fixed' ? '' : `outputs = [ ${spec.outputNames.map(nixString).join(' ')} ];`,
      spec.kind === 'floating' ? '__contentAddressed = true;' : '',
      spec.kind === 'impure' ? '__impure = true;' : '',
    ];
    return `d${index} = derivation { ${attributes.join(' ')} };`;
  });
  return `let ${bindings.join('\n')} in [ ${specs.map((_, index) => `d${index}`).join(' ')} ]`;
}

describe.skipIf(missing !== undefined)('derivations of every kind, one upon the other', () => {
  let nix: Nix;
  beforeAll(() => {
    nix = new Nix();
  });
  afterAll(() => {
    nix.close();
  });

  test('are the same bytes at the same paths as those of nix-instantiate, and are shown alike', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.array(anySpec, { minLength: 70, maxLength: 90 }), (random) => {
        const specs = random.map((spec, index): Spec => {
          // An output number modulo how many outputs the input has.
          const inputs = inputsOf(spec, index).map(
            ([derivation, output]) => [derivation, output % outputNamesOf(random[derivation]!).length] as const,
          );
          return { ...spec, inputs };
        });
        const ours = new Ours();
        specs.forEach((spec, index) => {
          ours.add(spec, `d${index}`);
        });
        const file = join(nix.root, 'specs.nix');
        writeFileSync(file, expression(specs));
        const theirs = nix
          .text('nix-instantiate', file)
          .split('\n')
          .map((line) => line.replace(/!.*/, ''));
        for (const [index, { drv, drvPath }] of ours.made.entries()) {
          expect(writeDerivation(drv)).toEqual(readFileSync(nix.hostPath(theirs[index]!)));
          expect(drvPath).toBe(theirs[index]);
          for (const { kind } of drv.outputs.values()) kinds.add(kind);
        }
        const shown = showDerivations(new Map(ours.made.map(({ drv, drvPath }) => [drvPath, drv])));
        expect(JSON.parse(JSON.stringify(shown))).toEqual(nix.json('nix', 'show-derivation', ...theirs));
      }),
      { numRuns: 15 },
    );
    expect([...kinds].sort()).toEqual(['deferred', 'fixed', 'floating', 'impure', 'input-addressed']);
  });
});
