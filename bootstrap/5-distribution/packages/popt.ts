import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Parses the command line of rsync. */
export const popt = (): PackageSpec => ({
  source: source({
    name: 'popt',
    version: '1.19',
    size: 353032,
    sha256: '4cd0cd2963d0c4078f65949599d97135c15ee6c09cf3a36a9a1b2753025bb06b',
    debian: 'pool/main/p/popt/popt_1.19+dfsg.orig.tar.xz',
    licence: 'MIT',
    homepage: 'https://github.com/rpm-software-management/popt',
    releases: 'https://github.com/rpm-software-management/popt/releases',
    changedByDebian: 'a manual that may not be changed is left out',
  }),
  description: 'parses command lines',
  style: autotools({ folders: ['src'] }),
  test: {
    script: sh`
phase 'options, and one that does not exist'
cat >try.c <<'.'
#include <popt.h>
#include <string.h>
int main (void)
{
  int n = 0;
  const char *right[] = { "try", "-n", "7", "rest", 0 }, *wrong[] = { "try", "--nonsense", 0 };
  struct poptOption options[] = { { "number", 'n', POPT_ARG_INT, &n, 0, 0, 0 }, POPT_TABLEEND };
  poptContext one = poptGetContext (0, 4, right, options, 0), two = poptGetContext (0, 2, wrong, options, 0);
  if (poptGetNextOpt (one) != -1 || n != 7 || strcmp (poptGetArg (one), "rest")) return 1;
  return poptGetNextOpt (two) == POPT_ERROR_BADOPT ? 0 : 2;
}
.
$CC try.c -lpopt -o try
./try
`,
  },
});
