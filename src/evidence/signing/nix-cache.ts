/**
 * Files as a binary cache of Nix's, signed by its own kind of signature: `nix store verify` checks them, `nix store cat` prints them.
 * Their store paths say whose they are, not what they hold, so that a file that grows stays where it is; and they have no content
 * address, since Nix asks for no signature of what has one.
 */
import {
  makeStorePath,
  NarWriter,
  pathFingerprint,
  sha256,
  sha256Hash,
  signText,
  storePathHash,
  STORE_DIR,
  writeNarInfo,
  type SecretKey,
  type StorePath,
} from '../../formats/index.js';
import { keyIdOf, type KeyId } from './key.js';

/** Where a signer's file lies for Nix. */
export function signedFilePath(keyId: KeyId, name: string): StorePath {
  return makeStorePath('output:out', sha256(`zilch evidence of ${keyId}`), name);
}

/** The files of a cache that has these files, by their names in it. */
export function nixCache(files: ReadonlyMap<string, Buffer>, secret: SecretKey): ReadonlyMap<string, Buffer> {
  const cache = new Map<string, Buffer>([['nix-cache-info', Buffer.from(`StoreDir: ${STORE_DIR}\n`)]]);
  for (const [name, bytes] of files) {
    const nar = narOf(bytes);
    const path = signedFilePath(keyIdOf(secret), name);
    const facts = { path, narHash: sha256(nar), narSize: nar.length, references: [] };
    const url = `nar/${name}.nar`;
    const fileHash = sha256Hash(facts.narHash);
    const signatures = [signText(pathFingerprint(facts), secret)];
    cache.set(
      `${storePathHash(path)}.narinfo`,
      Buffer.from(writeNarInfo({ ...facts, url, compression: 'none', fileHash, fileSize: nar.length, signatures })),
    );
    cache.set(url, nar);
  }
  return cache;
}

/** The NAR of a file that is no program. */
function narOf(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  const writer = new NarWriter((chunk) => chunks.push(Buffer.from(chunk)));
  writer.file(false, bytes.length);
  writer.data(bytes);
  writer.endFile();
  writer.finish();
  return Buffer.concat(chunks);
}
