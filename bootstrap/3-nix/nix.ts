import { local, sh, source, type AnyRecipe } from 'zilch';
import { commands, type Package, type PackageSpec } from '../package/index.ts';
import type { PackageName } from '../packages/index.ts';
import { nixEdits } from './nix-edits.ts';
import { nixTest } from './nix-test.ts';

export const nixSource = source({
  name: 'nix',
  version: '2.26.3',
  size: 1243244,
  sha256: '1bc303c4f847481a00b0ed987c047fc96a4188cd2ab64df8ad705869590ca893',
  debian: 'pool/main/n/nix/nix_2.26.3+dfsg.orig.tar.xz',
  licence: 'LGPL-2.1-or-later',
  homepage: 'https://nixos.org/',
  releases: 'https://github.com/NixOS/nix/releases',
  changedByDebian: 'its installers and the theme of its manual are left out',
});

/**
 * What meson would find out by trying: of musl, and of the packages that are there. A collector of garbage is not: for as long as one evaluation
 * lives, memory is not short. Nix finds its other programs from where it is itself, so its prefix is nowhere.
 */
const configured = (shell: AnyRecipe) => sh`
cat >configured.hh <<'.'
#define PACKAGE_VERSION "${nixSource.version}"
#define NIX_CLI_VERSION PACKAGE_VERSION
#define SYSTEM "x86_64-linux"

#define NIX_STORE_DIR "/nix/store"
#define NIX_STATE_DIR "/nix/var/nix"
#define NIX_LOG_DIR "/nix/var/log/nix"
#define NIX_CONF_DIR "/etc/nix"
#define NIX_PREFIX "/nowhere"
#define NIX_BIN_DIR "/nowhere/bin"
#define NIX_DATA_DIR "/nowhere/share"
#define NIX_MAN_DIR "/nowhere/share/man"
#define SANDBOX_SHELL "${shell}/bin/busybox" /* is /bin/sh in the sandbox */
#define LSOF "lsof"

#define HAVE_CLOSE_RANGE 0
#define HAVE_DECL_AT_SYMLINK_NOFOLLOW 1
#define HAVE_LCHOWN 1
#define HAVE_LUTIMES 1
#define HAVE_PIPE2 1
#define HAVE_POSIX_FALLOCATE 1
#define HAVE_PUBSETBUF 1
#define HAVE_STATVFS 1
#define HAVE_STRSIGNAL 1
#define HAVE_SYSCONF 1
#define HAVE_UTIMENSAT 1
#define HAVE_ACL_SUPPORT 1
#define CAN_LINK_SYMLINK 1

#define HAVE_SECCOMP 1
#define HAVE_LOWDOWN 1
#define HAVE_LOWDOWN_1_4 1
#define HAVE_BOEHMGC 0
#define HAVE_LIBCPUID 0
#define ENABLE_S3 0
.
`;

/** Its programs as parts of one, as meson has them; but all linked at once from objects, since commands register themselves in constructors. */
const build = sh`
cat >build.mk <<'.'
fast := libutil libstore libexpr
small := libfetchers libflake libmain libcmd nix build-remote nix-build nix-channel nix-collect-garbage nix-copy-closure nix-env nix-instantiate nix-store
parts := libutil libstore libfetchers libexpr $(filter-out libfetchers,$(small))

sources := $(foreach part,$(parts),$(sort $(shell find src/$(part) -name '*.cc' ! -path '*/windows/*')))
objects := $(sources:src/%.cc=objects/%.o)
headers := $(foreach part,libutil libutil/widecharwidth libutil/unix libutil/linux libstore libstore/build libstore/unix libstore/unix/build \
  libstore/linux libfetchers libexpr libflake libmain libcmd nix,-Isrc/$(part))
flags := -std=c++20 $(CXXFLAGS) -fno-pie -ffunction-sections -fdata-sections -Wno-deprecated-declarations \
  -include configured.hh $(headers) -Igenerated
libraries := $(foreach folder,$(subst :, ,$(LIBRARY_PATH)),$(sort $(wildcard $(folder)/*.a)))

# Threads get as much stack as the first one usually has; musl gives them 128 KB unless it is told.
nix: $(objects)
	$(CXX) -no-pie -s -Wl,--gc-sections -Wl,--icf=safe -Wl,-z,stack-size=8388608 -o $@ $^ -Wl,--start-group $(libraries) -Wl,--end-group

# Headers that most files include are compiled once for all of them.
fast.pch small.pch: precompiled-headers.h configured.hh
	$(CXX) $(flags) $(size) -x c++-header $< -o $@
small.pch: size := -Os
$(foreach part,$(small),$(filter objects/$(part)/%,$(objects))): size := -Os

$(foreach part,$(fast),$(filter objects/$(part)/%,$(objects))): objects/%.o: src/%.cc fast.pch
	@mkdir -p $(@D)
	$(CXX) $(flags) -include-pch fast.pch -c $< -o $@
$(foreach part,$(small),$(filter objects/$(part)/%,$(objects))): objects/%.o: src/%.cc small.pch
	@mkdir -p $(@D)
	$(CXX) $(flags) $(size) -include-pch small.pch -c $< -o $@
.
`;

/** The programs that Nix is when it is called by their names. */
const names = 'build channel collect-garbage copy-closure daemon env hash instantiate prefetch-url shell store'
  .split(' ')
  .map((name) => `nix-${name}`);

/** Nix as one static program, in which all it needs is but a shell for its sandbox. */
export const nix = (packages: Readonly<Record<PackageName, Package>>, shell: AnyRecipe): PackageSpec => {
  const { bison, boost, brotli, bzip2, curl, flex, libarchive, libgit2, libseccomp, libsodium, 'line-editor': lineEditor, lowdown } = packages;
  const { mbedtls, 'nlohmann-json': json, sha256, sqlite, toml11, xz, zlib, zstd } = packages;
  return {
    source: nixSource,
    description: 'Nix, which everything is built with once more',
    inputs: [
      ...[lineEditor, lowdown, libgit2, curl, mbedtls, libarchive, xz, bzip2, zstd, zlib, brotli],
      ...[sqlite, libsodium, libseccomp, sha256, boost, json, toml11],
    ],
    tools: [bison, flex],
    edits: nixEdits,
    style: commands(sh`
phase configure
cp ${local(import.meta.url, './digests.h')} src/libutil/digests.h
${configured(shell)}
# Files that the program carries along, as strings of C++.
carry() {
  mkdir -p "$(dirname "generated/$2.gen.hh")"
  { echo 'R"__NIX_STR('; cat "$1"; echo ')__NIX_STR"'; } >"generated/$2.gen.hh"
}
carry src/libstore/schema.sql schema.sql
carry src/libstore/ca-specific-schema.sql ca-specific-schema.sql
carry src/libexpr/imported-drv-to-derivation.nix imported-drv-to-derivation.nix
carry src/libexpr/fetchurl.nix fetchurl.nix
carry src/libexpr/call-flake.nix call-flake.nix
carry src/libexpr/primops/derivation.nix primops/derivation.nix
carry src/nix-channel/unpack-channel.nix unpack-channel.nix
carry src/nix-env/buildenv.nix buildenv.nix
carry src/nix/get-env.sh get-env.sh
carry src/nix/help-stores.md help-stores.md
carry doc/manual/source/command-ref/files/profiles.md profiles.md
for file in generate-manpage generate-settings generate-store-info utils; do carry doc/manual/$file.nix $file.nix; done

bison -o src/libexpr/parser-tab.cc -d src/libexpr/parser.y
flex --outfile=src/libexpr/lexer-tab.cc --header-file=src/libexpr/lexer-tab.hh src/libexpr/lexer.l

phase build
${build}
make -f build.mk -j"$NIX_BUILD_CORES" SHELL="$SHELL" nix

phase install
mkdir -p "$out/bin"
cp nix "$out/bin/"
for name in ${names}; do ln -s nix "$out/bin/$name"; done
`),
    refersTo: [shell],
    test: nixTest,
  };
};
