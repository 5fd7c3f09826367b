import { local, sh, type AnyRecipe } from 'zilch';
import { busybox, gnumake, toolchain } from '../2b-crossing/index.ts';
import * as sources from '../sources.ts';
import { distributionRecipe } from './tools.ts';

const config = local(import.meta.url, './kernel/config', { name: 'kernel-config' });

/** What it takes beside the toolchain; m4 is what flex and bison run. */
export interface KernelTools {
  readonly flex: AnyRecipe;
  readonly bison: AnyRecipe;
  readonly m4: AnyRecipe;
}

/**
 * Linux: one file, no modules, no perl, no python. Its settings are kernel/config, and each of them is in the result or the build fails. The
 * initial file system is not in it, so another init is not another kernel.
 */
export const kernelBy = ({ flex, bison, m4 }: KernelTools) =>
  distributionRecipe({
    name: 'linux',
    version: sources.linux.version,
    description: 'the kernel',
    path: [toolchain, gnumake, flex, bison, m4, busybox],
    // Who built it, where and when, would be in it. An empty time means now.
    env: {
      KBUILD_BUILD_TIMESTAMP: '2026-01-01 00:00:00',
      KBUILD_BUILD_USER: 'zilch',
      KBUILD_BUILD_HOST: 'zilch',
      KBUILD_BUILD_VERSION: '1',
      TZ: 'UTC',
    },
    script: sh`
phase unpack
unpack ${sources.linux} linux
shell_scripts linux
cd linux

# objtool rewrites what was compiled, and needs a library for ELF; without it there are no return thunks: kernel/config says what that means.
sed -i '/select HAVE_OBJTOOL[[:space:]]*if X86_64/d' arch/x86/Kconfig
if grep -q 'select HAVE_OBJTOOL[[:space:]]*if' arch/x86/Kconfig; then exit 1; fi

# Its configuration asks a shell what the compiler can do, by popen, which knows but /bin/sh. A build has none.
edit scripts/kconfig/preprocess.c 'static char *do_shell(int argc, char *argv[])' '#include <unistd.h>
static FILE *ask_shell(const char *command)
{
	int ends[2];
	pid_t child;
	if (pipe(ends) || (child = fork()) < 0) return NULL;
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl(getenv("CONFIG_SHELL"), "sh", "-c", command, NULL);
		_exit(127);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}
static char *do_shell(int argc, char *argv[])'
edit scripts/kconfig/preprocess.c 'popen(cmd, "r")' 'ask_shell(cmd)'
edit scripts/kconfig/preprocess.c 'pclose(p) == -1' 'fclose(p) == EOF'

# A macro that assembler names is only there for objtool.
edit include/linux/objtool.h '.endm
#endif

#endif /* CONFIG_OBJTOOL */' '.endm
.macro VALIDATE_UNRET_BEGIN
.endm
#endif

#endif /* CONFIG_OBJTOOL */'

kernel_make() { make ARCH=x86_64 LLVM=1 HOSTLDFLAGS='-fuse-ld=lld -static' SHELL="$SHELL" CONFIG_SHELL="$SHELL" "$@"; }

phase configure
sed -n 's/^\(CONFIG_[^ ]*\).*/\1/p' ${config} >../asked
test "$(wc -l <../asked)" -gt 200
kernel_make KCONFIG_ALLCONFIG="$PWD/../asked" allnoconfig
if grep -vxF -f .config ../asked; then
  echo 'these lines of kernel/config have no effect' >&2
  exit 1
fi
if grep -q '^CONFIG_MODULES=y' .config; then exit 1; fi

phase build
kernel_make -j"$NIX_BUILD_CORES" bzImage

phase install
mkdir "$out"
cp arch/x86/boot/bzImage "$out/"
cp .config "$out/config"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [busybox],
      script: sh`
phase 'a kernel that loaders and firmware can start'
word() { dd if=${self}/bzImage bs=1 skip="$1" count="$2" 2>/dev/null; }
test "$(word 514 4)" = HdrS
test "$(word 0 2)" = MZ
# Where the version is written: at an offset that the header has.
at="$(($(word 526 2 | od -An -tu2) + 512))"
test "$(word $at ${sources.linux.version.length})" = "${sources.linux.version}"
word $at 120 | grep -q 'zilch@zilch.*2026'
mkdir "$out"
`,
    }),
  });
