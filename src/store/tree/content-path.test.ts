import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { golden, goldenFiles } from '../../../test/golden/index.js';
import {
  formatContentAddress,
  makeContentPath,
  makeTextPath,
  parseNarInfo,
  storePathHash,
  storePathName,
  type NarInfo,
  type StorePath,
} from '../../formats/index.js';
import { unwrap } from '../../result.js';
import { hashTree, hashTreeModulo, removeTree, restoreTree, rewriteTree, scanTree } from './index.js';

const INFOS = [...goldenFiles()].filter(([path]) => path.endsWith('.narinfo')).map(([, text]) => unwrap(parseNarInfo(text.toString())));
const OF_SECOND = INFOS.filter(({ path }) => storePathName(path).startsWith('second'));
/** They replace the paths where the outputs were built, which Nix did not keep. */
const SCRATCH = new Map(OF_SECOND.map(({ path }) => [path, makeTextPath(storePathName(path), `scratch of ${path}`, [])]));

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'zilch-content-'));
});
afterAll(async () => {
  unwrap(await removeTree(work));
});

function hashParts(paths: Iterable<readonly [StorePath, StorePath]>): Map<string, string> {
  return new Map([...paths].map(([from, to]) => [storePathHash(from), storePathHash(to)]));
}

/** An output as its builder left it: its own and the other outputs' paths are scratch paths. */
async function unbuilt(info: NarInfo): Promise<string> {
  const hostPath = join(work, storePathHash(info.path));
  unwrap(await restoreTree([golden(`build/cache/${info.url}`)], hostPath));
  unwrap(await rewriteTree(hostPath, hashParts(SCRATCH)));
  return hostPath;
}

describe('the outputs of a build that name themselves and each other', () => {
  test('are what they should be in this test: more than one, and with self-references', () => {
    expect(OF_SECOND).toHaveLength(3);
    expect(OF_SECOND.filter(({ path, references }) => references.includes(path))).toHaveLength(2);
  });

  test.each(OF_SECOND)('come to the paths, references, NAR hashes and content addresses that Nix gave them: $path', async (info) => {
    const hostPath = await unbuilt(info);
    const self = SCRATCH.get(info.path)!;
    const others = new Map([...SCRATCH].filter(([final]) => final !== info.path).map(([final, scratch]) => [scratch, final]));

    const scan = unwrap(await scanTree(hostPath, [...SCRATCH.values(), ...INFOS.map(({ path }) => path)]));
    unwrap(await rewriteTree(hostPath, hashParts(others)));
    const modulo = unwrap(await hashTreeModulo(hostPath, self));
    const references = {
      self: scan.references.includes(self),
      others: scan.references.filter((path) => path !== self).map((path) => others.get(path) ?? path),
    };
    const path = makeContentPath(storePathName(info.path), 'recursive', modulo, references);
    expect(path).toBe(info.path);
    expect(formatContentAddress({ method: 'recursive', hash: modulo })).toBe(formatContentAddress(info.contentAddress!));
    expect([...references.others, ...(references.self ? [path] : [])].sort()).toEqual(info.references);

    unwrap(await rewriteTree(hostPath, hashParts([[self, path]])));
    expect(unwrap(await hashTree(hostPath))).toEqual({ narHash: info.narHash, narSize: info.narSize });
  });
});
