import { describe, expect, it } from 'vitest';
import {
  formatDrvOutputId,
  generateSecretKey,
  pathFingerprint,
  publicKeyOf,
  realisationFingerprint,
  signText,
  type NarInfo,
  type Realisation,
  type Sha256,
  type StorePath,
} from '../../formats/index.js';
import { checkPathTrust, checkRealisationTrust, type Trust } from './trust.js';

const ours = generateSecretKey('ours-1');
const theirs = generateSecretKey('theirs-1');
const trust: Trust = { keys: [publicKeyOf(ours)], checkSignatures: true };
const everybody: Trust = { keys: [], checkSignatures: false };

const path = '/nix/store/00000000000000000000000000000000-a' as StorePath;
const other = '/nix/store/11111111111111111111111111111111-b' as StorePath;
const hash = '0'.repeat(64) as Sha256;

describe("a path's signatures", () => {
  const info = { path, narHash: hash, narSize: 1, references: [], signatures: [] } as unknown as NarInfo;
  const signed = (by: typeof ours, what: NarInfo = info) => ({ ...info, signatures: [signText(pathFingerprint(what), by)] });

  it('are believed when a trusted key made one of them, and only then', () => {
    expect(checkPathTrust(signed(ours), trust, 'x').ok).toBe(true);
    expect(checkPathTrust({ ...info, signatures: [...signed(theirs).signatures, ...signed(ours).signatures] }, trust, 'x').ok).toBe(true);
    expect(checkPathTrust(info, trust, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
    expect(checkPathTrust(signed(theirs), trust, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
    expect(checkPathTrust(signed(ours, { ...info, path: other }), trust, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
  });

  it('are not asked for when anybody is believed', () => {
    expect(checkPathTrust(info, everybody, 'x').ok).toBe(true);
  });
});

describe("a realisation's signatures", () => {
  const realisation: Realisation = { id: { drvHash: hash, outputName: 'out' }, outPath: path, signatures: [], dependentRealisations: new Map() };
  const signed = (by: typeof ours, what: Realisation = realisation): Realisation => ({
    ...realisation,
    signatures: [signText(realisationFingerprint(what), by)],
  });

  it('are believed when a trusted key made one of them, and only then', () => {
    expect(checkRealisationTrust(signed(ours), trust, 'x').ok).toBe(true);
    expect(checkRealisationTrust(realisation, trust, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
    expect(checkRealisationTrust(signed(theirs), trust, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
    expect(checkRealisationTrust(signed(ours, { ...realisation, outPath: other }), trust, 'x')).toMatchObject({
      failure: { code: 'E_UNTRUSTED' },
    });
  });

  it('are not asked for when anybody is believed', () => {
    expect(checkRealisationTrust(realisation, everybody, 'x').ok).toBe(true);
  });
});

describe('what others vouch for', () => {
  const info = { path, narHash: hash, narSize: 1, references: [other], signatures: [] } as unknown as NarInfo;
  const id = { drvHash: hash, outputName: 'out' };
  const needed = `sha256:${hash}!lib`;
  const vouching: Trust = {
    ...everybody,
    vouched: {
      paths: new Map([[path, { narHash: hash, narSize: 1, references: [other] }]]),
      realisations: new Map([
        [formatDrvOutputId(id), path],
        [needed, other],
      ]),
    },
  };
  const realisation: Realisation = { id, outPath: path, signatures: [], dependentRealisations: new Map([[needed, other]]) };

  it('is taken as they say it, without a signature', () => {
    expect(checkPathTrust(info, vouching, 'x').ok).toBe(true);
    expect(checkRealisationTrust(realisation, vouching, 'x').ok).toBe(true);
  });

  it.each([
    ['path', { path: other }],
    ['hash', { narHash: '1'.repeat(64) as Sha256 }],
    ['size', { narSize: 2 }],
    ['references', { references: [] }],
  ])('is nothing else: another %s', (_what, change) => {
    expect(checkPathTrust({ ...info, ...change }, vouching, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
  });

  it.each([
    ['output', { outPath: other }],
    ['output of what it was made from', { dependentRealisations: new Map([[needed, path]]) }],
    ['derivation', { id: { drvHash: hash, outputName: 'dev' } }],
  ])('is nothing else: another %s', (_what, change) => {
    expect(checkRealisationTrust({ ...realisation, ...change }, vouching, 'x')).toMatchObject({ failure: { code: 'E_UNTRUSTED' } });
  });
});
