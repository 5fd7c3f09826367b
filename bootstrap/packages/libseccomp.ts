import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Filters of system calls, by which Nix keeps builders from making files setuid. */
export const libseccomp: Define = ({ gperf }) => ({
  source: source({
    name: 'libseccomp',
    version: '2.6.0',
    size: 685655,
    sha256: '83b6085232d1588c379dc9b9cae47bb37407cf262e6e74993c61ba72d2a784dc',
    debian: 'pool/main/libs/libseccomp/libseccomp_2.6.0.orig.tar.gz',
    licence: 'LGPL-2.1-only',
    homepage: 'https://github.com/seccomp/libseccomp',
    releases: 'https://github.com/seccomp/libseccomp/releases',
  }),
  description: 'filters of system calls',
  tools: [gperf],
  style: autotools({
    folders: ['include', 'src'],
    targets: ['all-am'],
    install: ['install-am'],
  }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main (void)
{
  char line[100] = "";
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  if (!filter) return 1;
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (chmod), 1, SCMP_A1 (SCMP_CMP_MASKED_EQ, S_ISUID, S_ISUID))) return 2;
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (fchmodat), 1, SCMP_A2 (SCMP_CMP_MASKED_EQ, S_ISUID, S_ISUID))) return 3;
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (fchmodat2), 1, SCMP_A2 (SCMP_CMP_MASKED_EQ, S_ISUID, S_ISUID))) return 4;
  if (seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOTSUP), SCMP_SYS (getxattr), 0)) return 5;
  if (seccomp_arch_add (filter, SCMP_ARCH_X86)) return 6;
  if (seccomp_attr_set (filter, SCMP_FLTATR_CTL_NNP, 1)) return 7;
  close (open ("file", O_CREAT | O_WRONLY, 0600));
  if (seccomp_load (filter)) return 8;

  if (chmod ("file", 0755)) return 9; /* what is allowed stays so */
  errno = 0;
  if (chmod ("file", 04755) != -1 || errno != EPERM) return 10;
  if (fchmodat (AT_FDCWD, "file", 04755, 0) != -1 || errno != EPERM) return 11;
  struct stat s;
  if (stat ("file", &s) || s.st_mode & S_ISUID) return 12;
  FILE *status = fopen ("/proc/self/status", "r");
  while (status && fgets (line, sizeof line, status) && strncmp (line, "Seccomp:", 8));
  return strcmp (line, "Seccomp:\t2\n") ? 13 : 0;
}
.
phase 'a filter that filters, and that the kernel knows of'
$CC try.c -lseccomp -o try
./try

phase 'system calls by name'
printf '#include <seccomp.h>\nint main (void) { return seccomp_syscall_resolve_name ("openat2") == 437 && seccomp_syscall_resolve_name ("none") == __NR_SCMP_ERROR ? 0 : 1; }\n' >names.c
$CC names.c -lseccomp -o names
./names
`,
  },
});
