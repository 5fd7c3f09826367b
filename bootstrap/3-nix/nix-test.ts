import { sh } from 'zilch';
import type { PackageTest } from '../package/index.ts';

/**
 * Nix at work, in a store of its own below the folder of the test. Without its sandbox: a sandbox in a sandbox cannot have a /proc. That is tried
 * where Nix builds the whole chain (docs/nix.md).
 */
export const nixTest: PackageTest = {
  script: sh`
# Even --version makes folders there, and a build that finds its own home there is refused.
export HOME="$PWD/home"
mkdir "$HOME"

phase 'one program of many names, below 15 MB, which needs no other to start'
program="$(command -v nix)"
test "$(nix --version)" = 'nix (Nix) 2.26.3'
test "$(nix-store --version)" = 'nix-store (Nix) 2.26.3'
test "$(nix-build --version)" = 'nix-build (Nix) 2.26.3'
if readelf -l "$program" | grep 'INTERP\|DYNAMIC'; then exit 1; fi
test "$(wc -c <"$program")" -lt 15000000

phase 'evaluates'
export NIX_STORE_DIR="$PWD/store" NIX_STATE_DIR="$PWD/var" NIX_LOG_DIR="$PWD/log" NIX_CONF_DIR="$PWD/etc"
mkdir -p "$NIX_STATE_DIR" "$NIX_CONF_DIR"
cat >etc/nix.conf <<'.'
build-users-group =
experimental-features = nix-command flakes ca-derivations
flake-registry =
sandbox = false
substituters =
.
is() { test "$(nix-instantiate --store dummy:// --eval --strict --json --expr "$1")" = "$2"; }
is '1 + 1' 2
is 'let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 22' 17711
is 'builtins.length (builtins.filter (x: x / 2 * 2 == x) (builtins.genList (n: n) 300000))' 150000
is 'builtins.match "([a-z]+)-([0-9.]+)" "nix-2.26.3"' '["nix","2.26.3"]'
is 'builtins.fromTOML "a = [1, { b = \"c\" }]"' '{"a":[1,{"b":"c"}]}'
NIX_CONFIG='extra-experimental-features = parse-toml-timestamps' is '(builtins.fromTOML "a = 1979-05-27 07:32:00.5Z").a.value' '"1979-05-27T07:32:00.5Z"'
is 'map (a: builtins.hashString a "abc") [ "md5" "sha1" ]' '["900150983cd24fb0d6963f7d28e17f72","a9993e364706816aba3e25717850c26c9cd0d89d"]'
is 'builtins.hashString "sha256" "abc"' '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"'
is 'builtins.substring 0 16 (builtins.hashString "sha512" "abc")' '"ddaf35a193617aba"'
is '(builtins.tryEval (throw "no")).success' false
yes 'to be hashed' | head -c 1000000 >text
for size in 0 1 3 55 56 57 63 64 65 119 120 127 128 1000 65536 1000000; do
  head -c $size text >piece
  test "$(nix hash file --type sha256 --base16 piece)" = "$(sha256sum <piece | cut -c1-64)"
done
# The derivation that everybody knows who has read Nix' pills.
test "$(NIX_STORE_DIR=/nix/store nix-instantiate --store dummy:// --eval --expr '(derivation { name = "myname"; builder = "mybuilder"; system = "mysystem"; }).drvPath')" = \
  '"/nix/store/z3hhlxbckx4g3n9sw91nnvlkjvyw754p-myname.drv"'
if nix-instantiate --store dummy:// --eval --expr 'let a = b; b = a; in a' 2>said; then exit 1; fi
grep -q 'infinite recursion' said

phase 'builds what is named by its contents, and keeps builders from making programs that run as somebody else'
cat >build.nix <<'.'
{ word ? "first" }:
let
  make = name: attributes: script: derivation (attributes // {
    inherit name;
    system = "x86_64-linux";
    builder = builtins.getEnv "SHELL";
    args = [ "-euc" script ];
    PATH = builtins.getEnv "PATH";
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  });
  lower = make "lower" { inherit word; } ''
    echo "building for $word"
    touch file
    chmod 755 file
    if chmod u+s file || chmod g+s file; then exit 1; fi
    sed -n 's/^Seccomp_filters:[^0-9]*//p' /proc/self/status >$out
  '';
in
make "upper" { } "mkdir $out; cp \${lower} $out/filters; ln -s \${lower} $out/link"
.
upper="$(nix-build build.nix --no-out-link)"
test "$(cat "$upper/filters")" -gt "$(sed -n 's/^Seccomp_filters:[^0-9]*//p' /proc/self/status)"
lower="$(readlink "$upper/link")"
test "$(nix-store --query --references "$upper")" = "$lower"
test "$(nix-build build.nix --no-out-link)" = "$upper"
# Another derivation, of which the same comes: what stands on it is not built again.
test "$(nix-build build.nix --no-out-link --argstr word second 2>said)" = "$upper"
grep -q lower.drv said
if grep 'building.*upper.drv' said; then exit 1; fi
nix-store --query --references "$(nix-instantiate build.nix)" | grep -- '-lower.drv$' >name-of-lower
nix-store --read-log "$(cat name-of-lower)" | grep -q '^building for first$'

phase 'copies to a cache and back, signed; notices damage; collects garbage'
nix key generate-secret --key-name test-1 >secret
nix key convert-secret-to-public <secret >public
nix copy --to "file://$PWD/cache?secret-key=$PWD/secret" "$upper"
for compression in none bzip2 zstd br; do nix copy --to "file://$PWD/cache-$compression?compression=$compression" "$upper"; done
nix-store --query --requisites "$upper" | sort >before
nix store gc 2>/dev/null
if test -e "$upper"; then exit 1; fi
nix copy --from "file://$PWD/cache" --trusted-public-keys "$(cat public)" "$upper"
nix-store --query --requisites "$upper" | sort | cmp - before
nix store verify --no-trust --recursive "$upper"
for compression in none bzip2 zstd br; do
  nix store delete "$upper" "$lower"
  nix copy --no-check-sigs --from "file://$PWD/cache-$compression" "$upper"
done
chmod u+w "$lower"
echo damage >>"$lower"
if nix store verify --no-trust "$lower" 2>said; then exit 1; fi
grep -q 'was modified' said
nix store delete "$upper" "$lower"

phase 'unpacks what it fetches'
mkdir -p tree/folder
echo content >tree/folder/file
tar -czf tree.tar.gz tree
fetched="$(nix-instantiate --eval --raw --expr "builtins.fetchTarball \"file://$PWD/tree.tar.gz\"")"
test "$(cat "$fetched/folder/file")" = content
test "$(nix-prefetch-url "file://$PWD/tree.tar.gz" 2>/dev/null)" = "$(nix hash file --type sha256 --base32 tree.tar.gz)"

phase 'flakes'
mkdir flake
echo '{ outputs = { self }: { answer = 42; packages.x86_64-linux.default = import ./build.nix { }; }; }' >flake/flake.nix
cp build.nix flake/
test "$(nix eval "path:$PWD/flake#answer")" = 42
nix flake show "path:$PWD/flake" 2>/dev/null | grep -q packages
test "$(nix build --impure --no-link --print-out-paths "path:$PWD/flake")" = "$upper"

phase 'repl, help, daemon'
printf 'a = 40\na + 2\n:t a\n' | nix repl >said 2>&1
grep -q 42 said
grep -q 'an integer' said
nix build --help >said
grep -q -- --no-link said
NIX_DAEMON_SOCKET_PATH="$PWD/socket" nix daemon 2>said &
daemon=$!
for n in $(seq 100); do test -S socket || sleep 0.1; done
nix store info --json --store "unix://$PWD/socket" | grep -q 2.26.3
test "$(nix-build build.nix --no-out-link --store "unix://$PWD/socket" --argstr word third)" = "$upper"
kill $daemon
`,
};
