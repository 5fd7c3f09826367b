/**
 * A function of the exported flake for users' own programs, like the function of this name in nixpkgs, as far as a
 * shell and a compiler allow. It does not use Nix's `${…}`, so its text here is its text there.
 */
export const MK_DERIVATION = String.raw`# A derivation by the tools of the chain, in the usual phases, each of which an attribute may replace.
#
#     mkDerivation { name = "hello"; src = ./.; buildPhase = "cc -o hello hello.c"; installPhase = "mkdir -p $out/bin; cp hello $out/bin/"; }
{ system, shell, path }:
{ name ? attributes.pname + "-" + attributes.version, src ? null, buildInputs ? [ ], nativeBuildInputs ? [ ], meta ? { }, ... }@attributes:
let
  folders = suffix: packages: builtins.concatStringsSep ":" (map (package: package + suffix) packages);
in
derivation (
  {
    inherit system;
    builder = shell;
    args = [ "-euc" ''
      phase() { printf '@nix {"action":"setPhase","phase":"%s"}\n' "$1" >&2; }
      phase unpack
      eval "$unpackPhase"
      phase configure
      eval "$configurePhase"
      phase build
      eval "$buildPhase"
      phase check
      eval "$checkPhase"
      phase install
      eval "$installPhase"
    '' ];
    SHELL = shell;
    PATH = folders "/bin" (nativeBuildInputs ++ buildInputs ++ path);
    CPATH = folders "/include" buildInputs;
    LIBRARY_PATH = folders "/lib" buildInputs;
    # A folder, or a tarball in which there is one.
    unpackPhase = if src == null then "" else ''
      mkdir source
      case "$src" in
        *.gz | *.tgz) gunzip -c "$src" | tar -xf - -C source --strip-components=1 ;;
        *.xz) unxz -c "$src" | tar -xf - -C source --strip-components=1 ;;
        *.bz2) bunzip2 -c "$src" | tar -xf - -C source --strip-components=1 ;;
        *) cp -R "$src/." source ;;
      esac
      chmod -R u+w source
      cd source
    '';
    configurePhase = "";
    buildPhase = "make SHELL=$SHELL";
    checkPhase = "";
    installPhase = "make SHELL=$SHELL install PREFIX=$out";
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  }
  // removeAttrs attributes [ "buildInputs" "nativeBuildInputs" "meta" ]
  // { inherit name; }
)
// { inherit meta; }
`;
