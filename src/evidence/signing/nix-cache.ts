/**
 * Files as a binary cache with Nix's signatures. `nix store verify` checks them, and `nix store cat` prints them. Their store paths are made
 * from the key and not from the contents, so a file that grows keeps its path. They have no content address, because Nix does not ask for
 * a signature if there is one.
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

/** The store path of a signer's file. */
export function signedFilePath(keyId: KeyId, name: string): StorePath {
  return makeStorePath('output:out', sha256(`zilch evidence of ${keyId}`), name);
}

/** The files of a cache that holds these files, by name. */
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

/** The NAR of a file that is not executable. */
function narOf(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  const writer = new NarWriter((chunk) => chunks.push(Buffer.from(chunk)));
  writer.file(false, bytes.length);
  writer.data(bytes);
  writer.endFile();
  writer.finish();
  return Buffer.concat(chunks);
}
