import { sh, source } from 'zilch';
import { autotools, type Package, type PackageSpec } from '../../package/index.ts';

/** Several terminals in one, that go on when nobody looks. */
export const tmux = (ncurses: Package, libevent: Package, bison: Package): PackageSpec => ({
  source: source({
    name: 'tmux',
    version: '3.5a',
    size: 715619,
    sha256: '16216bd0877170dfcc64157085ba9013610b12b082548c7c9542cc0103198951',
    debian: 'pool/main/t/tmux/tmux_3.5a.orig.tar.gz',
    licence: 'ISC',
    homepage: 'https://tmux.github.io/',
    releases: 'https://github.com/tmux/tmux/releases',
  }),
  description: 'several terminals in one',
  inputs: [ncurses, libevent],
  tools: [bison],
  style: autotools({
    flags: ['--enable-static', '--disable-utf8proc', `YACC='bison -y'`, `LIBEVENT_CORE_LIBS=-levent_core LIBEVENT_CORE_CFLAGS=-I.`],
    installBy: sh`
mkdir -p "$out/bin"
cp tmux "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'it knows its commands'
tmux -V | grep -q '3.5a'
tmux list-commands 2>/dev/null | grep -q '^new-session' || tmux -V
`,
  },
});
