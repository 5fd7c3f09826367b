/**
 * Lists of all files that some upstreams put into their releases, with a hash of each. Such a list shows what a packer has left out or
 * changed, although nobody has upstream's own tarball. It cannot show a packer who changed the list, too: only a list whose own hash
 * upstream has published somewhere else does that.
 */
import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../result.js';
import { contentOf, type ByteName, type ListedFile } from './file-list.js';

export interface UpstreamList {
  /** The list's file name, such as `MD5SUMS`. */
  readonly file: string;
  readonly entries: ReadonlyMap<ByteName, ListedHash>;
  /** What the list itself is called, by its hash; of lists that have no such name, nothing. */
  readonly identity?: string;
  /** Files that come with a release and cannot be in the list. */
  readonly unlisted: ReadonlySet<ByteName>;
}

export interface ListedHash {
  /** As node:crypto calls it. */
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha3-256';
  readonly hash: string;
  /** Missing if the list does not say it. */
  readonly executable?: boolean;
}

/** GCC's, binutils' before and since 2.36. */
const SUMS = ['MD5SUMS', 'md5.sum', 'sha256.sum'];

/** Finds the list of a release. Fails with `E_UPSTREAM_LIST` if there is none, or if it is not what its own hash says. */
export function findUpstreamList(files: ReadonlyMap<ByteName, ListedFile>): Result<UpstreamList> {
  for (const name of SUMS) {
    const file = files.get(name);
    const entries = file === undefined ? new Map<ByteName, ListedHash>() : sums(contentOf(file).toString('latin1'));
    if (entries.size > 0) return ok({ file: name, entries, unlisted: new Set([name]) });
  }
  const [manifest, uuid] = [files.get('manifest'), files.get('manifest.uuid')];
  if (manifest !== undefined && uuid !== undefined) return fossilList(contentOf(manifest), contentOf(uuid).toString('latin1').trim());
  return fail(
    'E_UPSTREAM_LIST',
    `upstream has put no list of hashes into this release (${SUMS.join(', ')}, or the manifest of a Fossil repository)`,
    'compare it with upstream’s tarball: zilch sources compare SOURCE UPSTREAM',
  );
}

/** As `md5sum` and `sha256sum` write them; other lines are comments. */
function sums(text: string): Map<ByteName, ListedHash> {
  const lines = text.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{32}|[0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line);
    return match === null ? [] : [[match[2]!, { algorithm: match[1]!.length === 32 ? 'md5' : 'sha256', hash: match[1]! }] as const];
  });
  return new Map(lines);
}

/** Added by Fossil to the manifest in a check-out. The hash that names the check-in is that of the manifest without this line. */
const WARNING = '# Remove this line to create a well-formed Fossil manifest.\n';

/**
 * The manifest of a check-in, which the check-in has its name from. Source: Fossil's "File Formats", section "The Manifest". Each `F` card is
 * a file: its name with `\s` for a space, its hash (SHA-1 or SHA3-256), and `x` or `l` if it is executable or a symlink.
 */
function fossilList(bytes: Buffer, uuid: string): Result<UpstreamList> {
  const text = bytes.toString('latin1');
  const manifest = text.endsWith(WARNING) ? text.slice(0, -WARNING.length) : text;
  const algorithm = uuid.length === 40 ? 'sha1' : 'sha3-256';
  const hash = createHash(algorithm).update(Buffer.from(manifest, 'latin1')).digest('hex');
  if (hash !== uuid)
    return fail('E_UPSTREAM_LIST', `the manifest of this release is not that of the check-in ${uuid.slice(0, 100)}: its hash is ${hash}`);
  if (/^B /m.test(manifest)) return fail('E_UPSTREAM_LIST', 'the manifest of this release lists only what has changed since another one');
  const entries = new Map<ByteName, ListedHash>();
  for (const [, name = '', fileHash = '', mode] of manifest.matchAll(/^F (\S+) ([0-9a-f]{40}|[0-9a-f]{64})(?: ([a-z]))?(?: \S+)?$/gm))
    entries.set(
      name.replace(/\\(.)/g, (_, escaped: string) => (escaped === 's' ? ' ' : escaped === 'n' ? '\n' : escaped)),
      { algorithm: fileHash.length === 40 ? 'sha1' : 'sha3-256', hash: fileHash, executable: mode === 'x' },
    );
  return ok({ file: 'manifest', entries, identity: `check-in ${uuid}`, unlisted: new Set(['manifest', 'manifest.uuid', 'manifest.tags']) });
}
