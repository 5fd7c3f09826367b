/** Frauds in what Mallory signs. See test/support/frauds.ts. */
import { describe, expect, test } from 'vitest';
import { KEYS, MACHINE, signed, World } from '../../../test/support/evidence-world.js';
import { byMallory, compiler, library, refusalsOf, system, world } from '../../../test/support/frauds.js';
import { sha256, type DrvPath } from '../../formats/index.js';
import { sealPayload, writeEnvelope } from '../claim/envelope.js';
import { writeStatement } from '../claim/statement.js';

/** A payload of Mallory's own, properly signed. */
function sealed(text: string | Buffer): string {
  return writeEnvelope(sealPayload(Buffer.from(text as string), KEYS.mallory));
}
const statement = writeStatement(system).toString();
const [systemOutput] = system.outputs;
const backdoor = new World().claims({ contents: (step, output) => (step === 'compiler' ? 'a backdoor' : `${step}^${output}`) });

const STATEMENTS: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a statement of another kind',
    'to have a reader skip what he does not know',
    sealed(statement.replace('in-toto.io/Statement/v1', 'in-toto.io/Statement/v2')),
    /the statement has the type/,
  ],
  [
    'a predicate of another kind',
    'to have a test report taken for a build',
    sealed(statement.replace('slsa.dev/provenance/v1', 'slsa.dev/verification_summary/v1')),
    /the predicate has the type/,
  ],
  [
    'a build of another kind',
    'to have it judged by rules it does not follow',
    sealed(statement.replace('urn:x-zilch:build:1', 'urn:x-zilch:build:2')),
    /the build has the type/,
  ],
  ['a builder of no kind', 'to count as one more builder', sealed(statement.replace('builder:sandbox', 'builder:other')), /builder .* is unknown/],
  [
    'a key of the payload twice',
    'to show people one output and programs another',
    sealed(statement.replace('"_type":', '"subject":[],"_type":')),
    /not spelt/,
  ],
  [
    'a field that changes all objects',
    'to have a program believe a field that is not there',
    sealed(statement.replace('"_type":', '"__proto__":{"holds":true},"_type":')),
    /not spelt/,
  ],
  ['a number in another spelling', 'to have two claims out of one', sealed(statement.replace('"cores":2', '"cores":2.0')), /not spelt/],
  ['a byte order mark', 'the same', sealed(`\ufeff${statement}`), /not JSON/],
  [
    'bytes that are no UTF-8',
    'to have them replaced by what fits',
    sealed(Buffer.concat([Buffer.from(statement.slice(0, -2)), Buffer.from([0xff]), Buffer.from('}}')])),
    /not JSON/,
  ],
  [
    'a target’s Unicode twin',
    'to have people read the name that they know',
    sealed(statement.replace('"target":"system"', '"target":"s\u0443stem"')),
    /characters of ASCII/,
  ],
  ['an operator’s Unicode twin', 'to be shown as Alice', byMallory({ how: { ...MACHINE, operator: '\u0430lice' } }), /characters of ASCII/],
  [
    'a line end in a name',
    'to write lines of my own into what people read',
    byMallory({ how: { ...MACHINE, kernel: '6\nholds' } }),
    /characters of ASCII/,
  ],
  [
    'a path out of the store',
    'to have something else hashed',
    sealed(statement.replace(systemOutput!.path, '/nix/store/../../etc/passwd')),
    /subject/,
  ],
  ['no output', 'to agree to everything', byMallory({ outputs: [] }), /no subject/],
  [
    'an output left out',
    'to confirm the half that is good and be counted for the whole',
    byMallory({ outputs: [library.outputs[1]!] }, library),
    /has the outputs dev, out, not out/,
  ],
  [
    'an output twice',
    'to have one checked and the other used',
    byMallory({ outputs: [systemOutput!, systemOutput!] }),
    /not sorted, or one is there twice/,
  ],
  [
    'an output under another name',
    'to have the headers taken for the program',
    byMallory({ outputs: [{ ...systemOutput!, name: 'bin' }] }),
    /has the outputs out, not bin/,
  ],
  [
    'another hash for the same path',
    'to have my file taken for the one at that path',
    byMallory({ outputs: [{ ...systemOutput!, narHash: sha256('backdoor') }] }),
    /no tree with the claimed hash/,
  ],
  [
    'references left out',
    'to have what it needs go unchecked',
    byMallory({ outputs: [{ ...systemOutput!, references: [compiler.outputs[0]!.path] }] }),
    /no tree with the claimed hash/,
  ],
  [
    'a derivation of another chain',
    'to have something I did build count for what I did not',
    byMallory({ derivation: `/nix/store/${'0'.repeat(32)}-system.drv` as DrvPath }),
    /no step of this chain has the derivation/,
  ],
  ['the recipe of another step', 'the same', byMallory({ recipe: compiler.recipe }), /does not come from the recipe/],
  ['a target renamed', 'to have people read one name and programs another', byMallory({ target: 'library' }), /is system, not library/],
  ['what was run renamed', 'to have built it with something else', byMallory({ resolved: compiler.resolved }), /elsewhere: system/],
  [
    'a system built by a compiler of my own',
    'to confirm the system without having to confirm the compiler',
    signed(backdoor.at(-1)!, KEYS.mallory),
    /elsewhere: system/,
  ],
  [
    'the right derivation, with other inputs listed',
    'to have people see good inputs',
    byMallory({ inputs: system.inputs.slice(1) }),
    /its inputs are not those/,
  ],
  [
    'an input with another hash',
    'to have my compiler at the path of the good one',
    byMallory({ inputs: system.inputs.map((input) => ({ ...input, sha256: sha256('backdoor') })) }),
    /an input does not have the hash/,
  ],
  [
    'a tarball with another hash',
    'to have my tarball taken for musl’s',
    byMallory({ inputs: compiler.inputs.map((input) => (input.kind === 'source' ? { ...input, sha256: sha256('backdoor') } : input)) }, compiler),
    /no file with the claimed hash/,
  ],
  [
    'a seed that it does not come from',
    'to count as from another seed',
    byMallory({ seeds: [{ path: world.otherSeed, sha256: sha256('another tcc') }] }),
    /does not start from the seed/,
  ],
  ['no seed', 'the same', byMallory({ seeds: [] }), /does not start from the seed/],
  ['a build that ends before it begins', 'to have been first', byMallory({ startedOn: '2026-07-01T00:00:00.000Z' }), /ends before it begins/],
  [
    'a day that there is not',
    'to be before or after whatever is asked',
    byMallory({ startedOn: '2026-02-30T00:00:00.000Z', finishedOn: '2026-02-30T00:00:00.000Z' }),
    /not a time such as/,
  ],
  ['a clock that is ahead', 'to be the last who said something', byMallory({ finishedOn: '2027-06-01T00:00:00.000Z' }), /has not come yet/],
];

describe('a line that Mallory signed is refused:', () => {
  test.each(STATEMENTS)('%s, %s', (_, __, line, why) => {
    const found = refusalsOf([line]);
    expect(found.why).toMatch(why);
    expect(found.holds).toBe(false);
  });
});

test('every fraud is another one', () => {
  const lines = STATEMENTS.map(([, , line]) => line);
  expect(new Set(lines).size).toBe(lines.length);
});
