import { concat, sh } from 'zilch';

/** Shell functions that scripts of recipes begin with. */
export const prelude = sh`
phase() { printf '@nix {"action":"setPhase","phase":"%s"}\n' "$1" >&2; }

# unpack TARBALL DIR [TAR OPTION...]: its files, without their top folder, into DIR. Times are kept: releases carry
# generated files, and a make that finds them older than their sources would call for bison, makeinfo or autoconf.
unpack() {
  tarball="$1" dir="$2"
  shift 2
  mkdir -p "$dir"
  case "$tarball" in
    *.xz) unxz -c "$tarball" ;;
    *.gz) gunzip -c "$tarball" ;;
  esac | tar -xf - -C "$dir" --strip-components=1 "$@"
}

# edit FILE OLD NEW: replaces the one place where FILE says OLD. No such place, or a second one, ends the build.
# The file keeps its mode, and its time for the reason given above.
edit() {
  OLD="$2" NEW="$3" awk '
    BEGIN { RS = "\001"; old = ENVIRON["OLD"] }
    {
      at = index($0, old)
      after = substr($0, at + length(old))
      if (at == 0 || index(after, old) != 0) exit 1
      printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["NEW"], after
    }' "$1" >"$1.edited" || { echo "edit: not exactly one place in $1 says: $2" >&2; exit 1; }
  touch -r "$1" "$1.edited"
  cat "$1.edited" >"$1"
  touch -r "$1.edited" "$1"
  rm "$1.edited"
}

# shell_scripts DIR: scripts in it that ask for /bin/sh ask for our shell instead; a build has no /bin/sh.
shell_scripts() {
  find "$1" -type f -perm -100 -exec grep -l '^#! */bin/\(ba\)*sh' {} + | while read -r script; do
    touch -r "$script" time
    sed -i "1s|^#! */bin/[a-z]*|#!$SHELL|" "$script"
    touch -r time "$script"
  done
}

# Configure scripts and what they make (config.status, libtool, Makefiles) take their shell from here.
SHELL="$(command -v ash)"
export SHELL CONFIG_SHELL="$SHELL"
`;

/** What scripts of packages begin with: the same, and what packages need beyond it. */
export const packagePrelude = concat(
  prelude,
  sh`

# take SOURCE DIR [TAR OPTION...]: what \`unpack\` does, for bzip2's tarballs and for folders as well.
take() {
  case "$1" in
    *.xz | *.gz) unpack "$@" ;;
    *.bz2)
      tarball="$1" dir="$2"
      shift 2
      mkdir -p "$dir"
      bunzip2 -c "$tarball" | tar -xf - -C "$dir" --strip-components=1 "$@"
      ;;
    *)
      cp -R "$1" "$2"
      chmod -R u+w "$2"
      ;;
  esac
}

# strip_programs DIR: takes names of symbols out of the programs in it, and with them whatever linkers say of their own files.
strip_programs() {
  find "$1" -type f -perm -100 | while read -r program; do
    if [ "$(head -c 4 "$program" | tail -c 3)" = ELF ]; then
      chmod u+w "$program"
      strip "$program"
    fi
  done
}

# no_trace DIR: nothing in it says in which folder it was built, which is one of these.
no_trace() {
  if grep -rlF -e "$PWD/source/" -e "$PWD/build/" -e "$PWD/objects/" "$1"; then
    echo 'These say in which folder they were built.' >&2
    exit 1
  fi
}
`,
);
