import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSandbox } from '../../src/build/index.js';
import { CliRig } from '../cli/rig.js';
import { CONTENT, TAR_END, Tree, flip, flips, gzipHeaders, hasTool, pack, packedFiles, paxRecord, tarMember, type Format } from './archives.js';

const sandbox = await checkSandbox();
const ready = sandbox.ok && ['gzip', 'bzip2', 'xz', 'tar'].every(hasTool);
if (!ready) console.log('skipped: these tests want a sandbox, gzip, bzip2, xz and GNU tar');

const UNPACKERS: Readonly<Record<Format, string>> = { gzip: 'gunzip', bzip2: 'bunzip2', xz: 'unxz' };
const CHECKS = ['none', 'crc32', 'crc64', 'sha256'];

/** What later recipes unpack their sources with. */
describe.skipIf(!ready)('the unpackers of protobusybox', () => {
  const rig = new CliRig();
  const into = join(rig.directory, 'into');
  let programs: string;
  let tree: Tree;

  beforeAll(async () => {
    const built = await rig.run(['build', 'stage1', '--no-tests', '--json']);
    const path = await rig.run(['path', 'stage1^protobusybox']);
    programs = join(path.stdout.trim(), 'bin');
    if (!existsSync(programs)) throw new Error(`${built.stderr}\n${path.stderr}`);
    tree = new Tree();
    tree.link();
    tree.lock();
  });
  afterAll(async () => {
    tree.close();
    await rig.close();
  });

  const run = (program: string, args: readonly string[], input: Buffer): SpawnSyncReturns<Buffer> =>
    spawnSync(join(programs, program), args, { input, maxBuffer: 1 << 28 });

  /** The content, or undefined if it was refused with a message. */
  const unpacked = (format: Format, bytes: Buffer): Buffer | undefined => {
    const { status, stdout, stderr } = run(UNPACKERS[format], ['-c'], bytes);
    if (status === 0) return stdout;
    expect(status).toBe(1);
    expect(stderr.toString()).not.toBe('');
    return undefined;
  };

  for (const format of ['gzip', 'bzip2', 'xz'] as const) {
    it(`reads all of what ${format} packs, or refuses it`, () => {
      for (const { name, bytes, content } of [...packedFiles(format), ...(format === 'gzip' ? gzipHeaders() : [])]) {
        const actual = unpacked(format, bytes);
        expect(actual && content ? actual.equals(content) : actual, name).toBe(content && true);
      }
    });

    it(`never takes a damaged file of ${format} for another`, () => {
      const changed = flips(pack(format, CONTENT), 100).map((bytes) => unpacked(format, bytes));
      for (const content of changed) if (content) expect(content.equals(CONTENT)).toBe(true);
      expect(changed.filter((content) => content === undefined).length).toBeGreaterThan(130);
    });
  }

  it('verifies each check that xz can make', () => {
    for (const check of CHECKS) {
      const packed = pack('xz', CONTENT, `--check=${check}`);
      expect(unpacked('xz', packed)?.equals(CONTENT), check).toBe(true);
      // The index and 12 bytes of footer are at the end; the block's check is before them.
      const index = (packed.readUInt32LE(packed.length - 8) + 1) * 4;
      if (check !== 'none') expect(unpacked('xz', flip(packed, packed.length - 12 - index - 1)), check).toBeUndefined();
    }
  });

  const untar = (bytes: Buffer, ...options: readonly string[]): SpawnSyncReturns<Buffer> => {
    if (existsSync(join(into, 'top/inner'))) chmodSync(join(into, 'top/inner'), 0o755);
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into);
    return run('tar', ['-xf', '-', '-C', into, ...options], bytes);
  };

  it('gives folders, links and files their times and modes, to the part of a second that the tarball has', () => {
    for (const [format, seconds] of [
      ['pax', 981_173_106.5],
      ['gnu', 981_173_106],
    ] as const) {
      const { status, stderr } = untar(tree.tar(`--format=${format}`, 'top'), '-p');
      expect([status, stderr.toString()]).toEqual([0, '']);
      for (const name of ['top', 'top/inner', 'top/file', 'top/inner/program']) expect(statSync(join(into, name)).mtimeMs, name).toBe(seconds * 1000);
      expect(statSync(join(into, 'top/inner')).mode & 0o777).toBe(0o555);
      expect(statSync(join(into, 'top/inner/program')).mode & 0o777).toBe(0o755);
      expect(readFileSync(join(into, `top/inner/${'long'.repeat(40)}`)).equals(CONTENT)).toBe(true);
      expect(readlinkSync(join(into, 'top/outward'))).toBe('../top/file');
      for (const link of ['link', 'outward']) {
        const [made, meant] = [into, tree.directory].map((top) => lstatSync(join(top, 'top', link)).mtimeMs) as [number, number];
        expect(Math.abs(made - meant), link).toBeLessThan(format === 'pax' ? 1 : 1000);
      }
      expect(statSync(join(into, 'top/other')).ino).toBe(statSync(join(into, 'top/file')).ino);
    }
  });

  it('reads a size and a time that only a pax header has', () => {
    const pax = (text: string): Buffer => tarMember('PaxHeaders/file', text, 'x');
    const unsized = (header: Buffer): number => header.write('00000000000', 124);
    const records = paxRecord('size=7') + paxRecord('mtime=-1.25');
    expect(untar(Buffer.concat([pax(records), tarMember('file', 'content', '0', unsized), TAR_END])).status).toBe(0);
    expect(readFileSync(join(into, 'file'), 'utf8')).toBe('content');
    expect(statSync(join(into, 'file')).mtimeMs).toBe(-1250);
    // What was said holds for one file.
    expect(untar(Buffer.concat([pax(paxRecord('mtime=5.5')), tarMember('a', 'x'), tarMember('b', 'x'), TAR_END])).status).toBe(0);
    expect([statSync(join(into, 'a')).mtimeMs, statSync(join(into, 'b')).mtimeMs]).toEqual([5500, 0]);
  });

  it('says which keywords of a pax header it ignores', () => {
    const pax = tarMember('PaxHeaders/file', paxRecord('SCHILY.xattr.user.x=1') + paxRecord('atime=1.5') + paxRecord('uname=me'), 'x');
    const { status, stderr } = untar(Buffer.concat([pax, tarMember('file', 'x'), TAR_END]));
    expect([status, stderr.toString()]).toEqual([0, "tar: warning: ignoring pax keyword 'SCHILY.xattr.user.x=1'\n"]);
  });

  it('refuses what it would not get right', () => {
    tree.sparse();
    for (const options of [['--format=gnu'], ['--format=pax'], ['--format=pax', '--sparse-version=0.0'], ['--format=pax', '--sparse-version=0.1']])
      expect(untar(tree.tar(...options, '--sparse', 'sparse')).status, options.join(' ')).toBe(1);

    const file = tarMember('file', 'content');
    const refused = (message: RegExp, ...parts: readonly Buffer[]): void => {
      const { status, stderr } = untar(Buffer.concat(parts));
      expect([status, stderr.toString()]).toEqual([1, expect.stringMatching(message)]);
    };
    const pax = (text: string, type = 'x'): Buffer => tarMember('PaxHeaders/file', text, type);
    refused(/malformed extended header/, pax('7 path'), file, TAR_END);
    refused(/malformed extended header/, pax('99 path=a\n'), file, TAR_END);
    refused(/more than 1 MB/, pax(paxRecord(`comment=${'x'.repeat(1 << 20)}`)), file, TAR_END);
    refused(/is no time/, pax(paxRecord('mtime=soon')), file, TAR_END);
    refused(/is no number/, pax(paxRecord('size=-1')), file, TAR_END);
    refused(/for all files/, pax(paxRecord('path=same'), 'g'), file, TAR_END);
    refused(/unknown typeflag/, tarMember('file', '', 'Z'), TAR_END);
    refused(
      /negative size/,
      tarMember('file', '', '0', (header) => header.fill(0xff, 124, 136)),
      TAR_END,
    );
    refused(/short read/, file);
    refused(/short read/, file, tarMember('other', 'content').subarray(0, 600));
    refused(/checksum/, flip(file, 3), TAR_END);
    refused(/can't make dir/, file, tarMember('file/', '', '5'), TAR_END);
  });

  it('finds out about what is damaged in a compressed tarball', () => {
    const tarball = tree.tar('top/file');
    // What is compressed, tar finds out of a file alone, for it reads the beginning twice.
    const status = (bytes: Buffer): number | null => {
      writeFileSync(join(rig.directory, 'packed'), bytes);
      return untar(Buffer.alloc(0), '-f', join(rig.directory, 'packed')).status;
    };
    for (const format of ['gzip', 'bzip2', 'xz'] as const) {
      const packed = pack(format, tarball);
      expect(status(packed), format).toBe(0);
      expect(status(Buffer.concat([packed, Buffer.from('x')])), format).toBe(1);
      expect(status(packed.subarray(0, packed.length - 4)), format).toBe(1);
    }
  });
});
