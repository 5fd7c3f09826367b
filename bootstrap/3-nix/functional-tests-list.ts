/** A test of Nix' own that does not pass here. */
interface Listed {
  /** suite/test, as meson has them. */
  readonly test: string;
  /** Skips itself, or fails. */
  readonly ends: 'skips' | 'fails';
  readonly why: string;
}

const skips = (why: string, ...tests: readonly string[]): readonly Listed[] => tests.map((test) => ({ test, ends: 'skips', why }));

/** As they ended with the chain's Nix in our sandbox. */
export const withoutSuccess: readonly Listed[] = [
  { test: 'main/help', ends: 'fails', why: 'there are no man pages; meson expects it to fail, too' },
  ...skips('it is for daemons of before 2.14', 'dyn-drv/old-daemon-error-hack', 'main/user-envs-migration'),
  ...skips('there is no Mercurial', 'flakes/mercurial', 'main/fetchMercurial'),
  ...skips('there is no ssh-keygen', 'main/fetchGitVerification'),
  ...skips('it is for macOS', 'main/extra-sandbox-profile'),
  ...skips(
    'a sandbox in a sandbox cannot have a /proc',
    'local-overlay-store/add-lower',
    'local-overlay-store/bad-uris',
    'local-overlay-store/build',
    'local-overlay-store/check-post-init',
    'local-overlay-store/delete-duplicate',
    'local-overlay-store/delete-refs',
    'local-overlay-store/gc',
    'local-overlay-store/optimise',
    'local-overlay-store/redundant-add',
    'local-overlay-store/stale-file-handle',
    'local-overlay-store/verify',
    'main/build-remote-content-addressed-fixed',
    'main/build-remote-content-addressed-floating',
    'main/build-remote-input-addressed',
    'main/build-remote-trustless-should-fail-0',
    'main/build-remote-trustless-should-pass-0',
    'main/build-remote-trustless-should-pass-1',
    'main/build-remote-trustless-should-pass-2',
    'main/build-remote-trustless-should-pass-3',
    'main/build-remote-with-mounted-ssh-ng',
    'main/linux-sandbox',
    'main/nested-sandboxing',
    'main/shell',
    'main/supplementary-groups',
  ),
  ...skips('it takes too much memory, as its authors say', 'main/lang-gc'),
  ...skips('there is no daemon', 'main/db-migration'),
];
