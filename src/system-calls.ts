/**
 * Functions of the C library that Node.js does not have, called through koffi, which comes compiled. Each throws the
 * system's error, like the functions of `node:fs`.
 */
import { createRequire } from 'node:module';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import type * as Koffi from 'koffi';

/** Paths are bytes that end in a zero, because file names need not be text. */
const SIGNATURES = {
  flock: 'int flock(int fd, int operation)',
  fcntl: 'int fcntl(int fd, int command, ...)',
  syncfs: 'int syncfs(int fd)',
  llistxattr: 'long llistxattr(const uint8_t *path, uint8_t *list, size_t size)',
  lremovexattr: 'int lremovexattr(const uint8_t *path, const char *name)',
  lsetxattr: 'int lsetxattr(const uint8_t *path, const char *name, const uint8_t *value, size_t size, int flags)',
} as const;

type Call = keyof typeof SIGNATURES;
type Callable = ReturnType<Koffi.LibraryHandle['func']>;

let koffi: typeof Koffi | undefined;
const functions: Partial<Record<Call, Callable>> = {};

/** Loaded when first called, because most commands do not need it. */
function prepared(name: Call): { readonly call: Callable; readonly errno: () => number } {
  koffi ??= createRequire(import.meta.url)('koffi') as typeof Koffi;
  const { errno } = koffi;
  return { call: (functions[name] ??= koffi.load(null).func(SIGNATURES[name])), errno };
}

/** The result of the call, which is less than zero only if it failed. */
function call(name: Call, ...args: readonly unknown[]): number {
  const { call, errno } = prepared(name);
  const result = Number(call(...args));
  if (result < 0) throw systemError(name, errno());
  return result;
}

function systemError(name: Call, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${getSystemErrorMessage(-errno)}, ${name}`), { code, errno: -errno, syscall: name });
}

const LOCK = { shared: 1, exclusive: 2 } as const;
const LOCK_NOT_BLOCKING = 4;

/** Takes flock(2) on an open file; throws `EAGAIN` if another holds it. */
export function flock(fd: number, mode: keyof typeof LOCK): void {
  call('flock', fd, LOCK[mode] | LOCK_NOT_BLOCKING);
}

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** Sets whether an open file is closed in programs that are run. */
export function setCloseOnExec(fd: number, closes: boolean): void {
  call('fcntl', fd, F_SETFD, 'int', closes ? FD_CLOEXEC : 0);
}

/** Writes everything in the file system of an open file to the disk. */
export function syncFileSystemSync(fd: number): void {
  call('syncfs', fd);
}

/** The same in a thread, which does not pass on the error's number. */
export async function syncFileSystem(fd: number): Promise<void> {
  const { call } = prepared('syncfs');
  await new Promise<void>((resolve, reject) => {
    call.async(fd, (error: unknown, result: number) => {
      if (error === null && result === 0) resolve();
      else reject(error instanceof Error ? error : Object.assign(new Error('EIO: syncfs failed'), { code: 'EIO', syscall: 'syncfs' }));
    });
  });
}

/** Linux returns no longer list. */
const LONGEST_LIST = 1 << 16;
const list = Buffer.alloc(LONGEST_LIST);

/** The names of a file's extended attributes; of a symlink its own. */
export function listAttributes(path: string | Uint8Array): string[] {
  const length = call('llistxattr', terminated(path), list, list.length);
  return length === 0 ? [] : list.toString('utf8', 0, length - 1).split('\0');
}

export function removeAttribute(path: string | Uint8Array, name: string): void {
  call('lremovexattr', terminated(path), name);
}

export function setAttribute(path: string | Uint8Array, name: string, value: Uint8Array): void {
  call('lsetxattr', terminated(path), name, value, value.length, 0);
}

function terminated(path: string | Uint8Array): Uint8Array {
  return Buffer.concat([typeof path === 'string' ? Buffer.from(path) : path, Buffer.alloc(1)]);
}
