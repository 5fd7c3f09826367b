/** A path on the host: text, or bytes where it need not be UTF-8. */
export type HostPath = string | Buffer;

/**
 * A host path as the tree code keeps it: a string with one character for each byte (latin1). It joins, compares and
 * sorts as bytes do, and as fast as strings do; `bytesOf` turns it into what system calls take.
 */
export type ByteString = string & { readonly __byteString: unique symbol };

export function toByteString(path: HostPath | Uint8Array): ByteString {
  return Buffer.from(path).toString('latin1') as ByteString;
}

/** What to give to a system call: the bytes, or, since that is faster and most paths are ASCII, the same as text. */
export function bytesOf(path: ByteString): HostPath {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** The path of a directory's entry. */
export function joinBytes(directory: ByteString, name: string): ByteString {
  return `${directory}/${name}` as ByteString;
}

/** For messages: bytes that are no UTF-8 show as replacement characters. */
export function displayPath(path: ByteString): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
