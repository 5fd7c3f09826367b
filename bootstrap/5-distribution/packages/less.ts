import { sh, source } from 'zilch';
import { autotools, type Package, type PackageSpec } from '../../package/index.ts';

/** Shows a text page by page. */
export const less = (ncurses: Package): PackageSpec => ({
  source: source({
    name: 'less',
    version: '668',
    size: 649770,
    sha256: '2819f55564d86d542abbecafd82ff61e819a3eec967faa36cd3e68f1596a44b8',
    debian: 'pool/main/l/less/less_668.orig.tar.gz',
    licence: 'GPL-3.0-or-later OR BSD-2-Clause',
    homepage: 'https://www.greenwoodsoftware.com/less/',
    releases: 'https://www.greenwoodsoftware.com/less/download.html',
  }),
  description: 'shows texts page by page',
  inputs: [ncurses],
  style: autotools({
    flags: ['--with-regex=posix'],
    installBy: sh`
mkdir -p "$out/bin"
cp less lesskey "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'prints what it is given where there is no terminal'
seq 100 >numbers
less numbers | cmp - numbers
less --version | head -1 | grep -q '^less 668'
printf '\033[31mred\033[0m\n' | less -R | grep -q red
`,
  },
});
