import { describe, expect, test } from 'vitest';
import { outputPlaceholder, parseStorePath, type Derivation, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { invocation } from './environment.js';

const SCRATCH = unwrap(parseStorePath(`/nix/store/${'1'.repeat(32)}-x`));

function drv(env: Readonly<Record<string, string>>, rest: Partial<Derivation> = {}): Derivation {
  const out = { kind: 'floating', method: 'recursive', algorithm: 'sha256' } as const;
  return {
    name: 'x',
    outputs: new Map([['out', out]]),
    inputDrvs: new Map(),
    inputSrcs: [],
    platform: 'x86_64-linux',
    builder: '/b',
    args: [],
    env: new Map(Object.entries(env)),
    ...rest,
  };
}

const [A, B] = ['a', 'b'].map((hash) => unwrap(parseStorePath(`/nix/store/${hash.repeat(32)}-${hash}`))) as [StorePath, StorePath];

const invoke = (derivation: Derivation) => invocation(derivation, new Map([['out', SCRATCH]]), 4, () => new Map([[A, [A, B]], [B, []]])); // prettier-ignore

describe('what a builder is given', () => {
  test('is Nix’s environment, which the derivation changes in part', () => {
    const { env } = unwrap(invoke(drv({ PATH: '/p', HOME: '/h', TMPDIR: '/t', TERM: 'dumb', own: 'value' })));
    expect(Object.fromEntries(env)).toEqual({
      ...{ PATH: '/p', HOME: '/h', own: 'value', NIX_STORE: '/nix/store', NIX_BUILD_CORES: '4', NIX_BUILD_TOP: '/build' },
      ...{ TMPDIR: '/build', TEMPDIR: '/build', TMP: '/build', TEMP: '/build', PWD: '/build', NIX_LOG_FD: '2', TERM: 'xterm-256color' },
    });
    expect(unwrap(invoke(drv({}))).env.get('PATH')).toBe('/path-not-set');
  });

  test('has scratch paths where its outputs’ placeholders were', () => {
    const out = outputPlaceholder('out');
    const given = unwrap(invoke(drv({ out, both: `${out}/a:${out}/b`, long: `see ${out}`, passAsFile: 'long' }, { args: ['--prefix', out] })));
    expect([given.env.get('both'), given.args]).toEqual([`${SCRATCH}/a:${SCRATCH}/b`, ['--prefix', SCRATCH]]);
    expect([...given.files.values()]).toEqual([`see ${SCRATCH}`]);
    expect(given.env.get('longPath')).toBe(`/build/${[...given.files.keys()][0]!}`);
    expect(given.env.has('long')).toBe(false);
  });

  test('has the reference graphs it asks for in files', () => {
    const given = unwrap(invoke(drv({ exportReferencesGraph: `all ${A}/bin/a  one ${B}` })));
    expect(Object.fromEntries(given.files)).toEqual({ all: `${A}\n\n2\n${A}\n${B}\n${B}\n\n0\n`, one: `${B}\n\n0\n` });
  });

  test.each([
    ['a reference graph of what is no input', drv({ exportReferencesGraph: 'x /nix/store/none' }), 'E_DERIVATION'],
    ['a reference graph without a path', drv({ exportReferencesGraph: 'x' }), 'E_DERIVATION'],
    ['structured attributes', drv({ __json: '{}' }), 'E_UNSUPPORTED'],
    ['a builder inside Nix', drv({}, { builder: 'builtin:fetchurl' }), 'E_UNSUPPORTED'],
    ['a NUL in the environment', drv({ a: 'x\0y' }), 'E_DERIVATION'],
    ['a NUL in an argument', drv({}, { args: ['\0'] }), 'E_DERIVATION'],
  ])('is refused for %s', (_what, derivation, code) => {
    expect(invoke(derivation)).toMatchObject({ failure: { code } });
  });
});
