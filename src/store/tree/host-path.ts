/** A path on the host: text, or bytes if it may not be UTF-8. */
export type HostPath = string | Buffer;

/**
 * A host path inside the tree code: a string with one character for each byte (latin1). It joins, compares and sorts
 * like bytes, as fast as strings; `bytesOf` converts it for system calls.
 */
export type ByteString = string & { readonly __byteString: unique symbol };

export function toByteString(path: HostPath | Uint8Array): ByteString {
  return Buffer.from(path).toString('latin1') as ByteString;
}

/** The argument for a system call: the bytes, or the text if it is ASCII, which is faster. */
export function bytesOf(path: ByteString): HostPath {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** The path of a directory's entry. */
export function joinBytes(directory: ByteString, name: string): ByteString {
  return `${directory}/${name}` as ByteString;
}

/** For messages: bytes that are not UTF-8 become replacement characters. */
export function displayPath(path: ByteString): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
