import type { ContentAddress } from './content-address.js';
import type { Sha256 } from './hash.js';
import type { DrvPath, StorePath } from './store-path.js';

/** A store's record of a valid path: a row of Nix's `ValidPaths`, the facts of a narinfo file. */
export interface PathInfo {
  readonly path: StorePath;
  /** SHA-256 of the path's NAR. */
  readonly narHash: Sha256;
  /** Bytes of the path's NAR. */
  readonly narSize: number;
  /** Sorted; includes the path itself if it refers to itself. */
  readonly references: readonly StorePath[];
  readonly deriver?: DrvPath | undefined;
  readonly contentAddress?: ContentAddress | undefined;
  /** `key-name:base64` each. */
  readonly signatures: readonly string[];
  /** True when this store built the path itself. */
  readonly ultimate: boolean;
  /** Seconds since 1970; set by the store. */
  readonly registrationTime?: number | undefined;
}
