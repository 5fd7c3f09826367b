/** The calls we use of fs-ext, which ships no types. */
declare module 'fs-ext' {
  export function flockSync(fd: number, flags: 'sh' | 'ex' | 'shnb' | 'exnb' | 'un'): void;
  export function fcntlSync(fd: number, command: 'setfd', flags: number): void;
}
