/**
 * A NAR (Nix archive) is the only serialisation of a file tree: names are sorted by bytes, and the executable bit is
 * the only metadata. In its grammar every token is a string with its length before it (64 bits, little-endian) and
 * zeros after it up to a multiple of eight:
 *
 *     archive   = "nix-archive-1" node
 *     node      = "(" "type" ( file | symlink | directory ) ")"
 *     file      = "regular" [ "executable" "" ] "contents" BYTES
 *     symlink   = "symlink" "target" BYTES
 *     directory = "directory" { "entry" "(" "name" BYTES "node" node ")" }
 *
 * Source: figure 5.2 of Eelco Dolstra's thesis, and Nix's `archive.cc`.
 */

/**
 * The events of a tree in the order of its NAR. The parser calls a visitor; the writer is one, and so is the code that
 * extracts an archive. A directory is `beginDirectory`, then for each entry `entry`, a node and `endEntry`, then
 * `endDirectory`. A file is `file`, then `data` any number of times until `size` bytes were given, then `endFile`.
 */
export interface NarVisitor {
  /** `size` in bytes; `offset` is that of the contents in the archive. */
  file(executable: boolean, size: number, offset: number): void;
  /** Valid during the call only: copy what must be kept. */
  data(bytes: Uint8Array): void;
  endFile(): void;
  /** A target is bytes, like a name; it need not exist. */
  symlink(target: Uint8Array): void;
  beginDirectory(): void;
  /** Names are bytes, not text. Valid after the call. */
  entry(name: Uint8Array): void;
  endEntry(): void;
  endDirectory(): void;
}
