# A build whose outputs name themselves and each other, in files, file names and symlinks.
let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/usr/bin:/bin"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
  first = derivation (base // { name = "first"; args = [ "-euc" "echo first > $out" ]; });
in {
  inherit first;
  second = derivation (base // {
    name = "second";
    outputs = [ "out" "dev" "bin" ];
    inherit first;
    source = builtins.toFile "text" "hi";
    args = [ "-euc" ''
      mkdir -p $out/share $dev $bin/bin
      echo "I am $out, $out, and see $source" > $out/share/self
      chmod +x $out/share/self
      ln -s $out/share/self $out/link
      ln -s $first $out/first
      head -c 4000 /dev/zero > $out/zeros
      echo "$out$out" >> $out/zeros
      echo $out > $dev/out
      echo $dev > $dev/dev
      ln -s $out/share/self $dev/link
      echo "#!$out/share/self $dev" > $bin/bin/x
      chmod +x $bin/bin/x
      echo plain > $bin/plain
    '' ];
  });
  # Input-addressed, below something content-addressed: its path is known when that is built.
  third = derivation { name = "third"; system = "x86_64-linux"; builder = "/bin/sh"; inherit first; args = [ "-euc" "echo $first > $out" ]; };
}
