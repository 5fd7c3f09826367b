/** A test of Nix' own that does not pass here. */
interface Listed {
  /** suite/test, as meson has them. */
  readonly test: string;
  /** Skips itself, or fails. */
  readonly ends: 'skips' | 'fails';
  readonly why: string;
}

export const withoutSuccess: readonly Listed[] = [];
