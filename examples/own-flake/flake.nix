# Something of one's own, compiled by the toolchain of the chain. Export the chain, then build this:
#
#     zilch export nix /some/where
#     nix build path:examples/own-flake --override-input zilch path:/some/where/nix
{
  inputs.zilch.url = "path:/some/where/nix";

  outputs =
    { self, zilch }:
    {
      packages.x86_64-linux.default = zilch.lib.x86_64-linux.mkDerivation {
        pname = "greeting";
        version = "1.0";
        src = ./.;
        buildPhase = "cc -static -O2 -o greeting greeting.c";
        checkPhase = ''test "$(./greeting you)" = "Hello, you!"'';
        installPhase = "mkdir -p $out/bin; cp greeting $out/bin/";
      };
    };
}
