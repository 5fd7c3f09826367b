# Derivations of every kind of output that Nix 2.8 knows, each with a trait that a writer can get wrong.
let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; };
  floating = { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
in rec {
  escapes = derivation (base // {
    name = "escapes";
    outputs = [ "out" "dev" ];
    args = [ "-c" "echo \"h\\é\n\t\" > $out" ];
    all = "quote \" backslash \\ newline \n tab \t return \r dollar \${x} € 𝄞";
    "key with é and \"" = "";
    empty = "";
  });
  flat = derivation (base // { name = "flat"; outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "0000000000000000000000000000000000000000000000000000"; });
  flat-sri = derivation (base // { name = "flat-sri.tar.gz"; outputHashMode = "flat"; outputHashAlgo = null; outputHash = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="; });
  nar-sha1 = derivation (base // { name = "nar-sha1"; outputHashMode = "recursive"; outputHashAlgo = "sha1"; outputHash = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; });
  nar-sha256 = derivation (base // { name = "nar-sha256"; outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; });
  sourced = derivation (base // { name = "sourced"; source = builtins.toFile "text" "hi"; twice = [ escapes.dev escapes.out flat ]; });
  # Both are the same input modulo fixed outputs.
  same-fixed = derivation (base // { name = "same-fixed"; inputs = [ flat (derivation (flat.drvAttrs // { extra = "1"; })) ]; });
  floating-many = derivation (base // floating // { name = "floating-many"; outputs = [ "out" "lib" "a" ]; inputs = [ sourced escapes.dev flat nar-sha1 ]; });
  floating-flat = derivation (base // floating // { name = "floating-flat"; outputHashMode = "flat"; outputHashAlgo = "sha512"; inputs = [ floating-many.lib floating-many.a ]; });
  floating-one = derivation (base // floating // { name = "floating-one"; outputs = [ "lib" ]; builder = "${floating-many}/bin/sh"; args = [ "-c" "${floating-many.lib}:${floating-flat}" ]; });
  deferred = derivation (base // { name = "deferred"; outputs = [ "out" "doc" ]; inputs = [ floating-one.lib escapes ]; });
  deferred-again = derivation (base // { name = "deferred-again"; inputs = [ deferred.doc nar-sha256 ]; });
  impure = derivation (base // { name = "impure"; __impure = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; inputs = [ floating-one.lib ]; });
}
