/** Build styles: from an unpacked source, in which the shell stands, to `$out`. Each gives the commands that run. */
import { callerLocation, concat, sh, text, type Interpolated, type Location, type Text } from 'zilch';
import type { PackageSpec } from './package.ts';

export interface Style {
  (spec: PackageSpec): Text;
  /** Where it was chosen, which is where the package is written. */
  readonly location: Location | undefined;
}

/** A style that knows who asked for it. */
function chosen(commandsOf: (spec: PackageSpec) => Text): Style {
  return Object.assign(commandsOf, { location: callerLocation(import.meta.url) });
}

/** Where programs are told that they will lie: nowhere, so that no output names itself, and what is built can be moved. */
const NOWHERE = '/nowhere';

/** What comes out of `make install` is moved from there; pkg-config's files say where they are by where they are found. */
const INSTALLED = sh`
mkdir -p "$out"
mv ../installed${NOWHERE}/* "$out/"
# libtool's notes on a library name the place it was installed to, and static libraries do without them.
find "$out" -name '*.la' -exec rm {} +
for file in "$out"/lib/pkgconfig/*.pc "$out"/share/pkgconfig/*.pc; do
  if [ -f "$file" ]; then sed -i 's|^prefix *=.*|prefix=\${pcfiledir}/../..|; s|${NOWHERE}|\${prefix}|g' "$file"; fi
done
`;

/** A `configure` script as autoconf makes it: static libraries, no translations. */
export const autotools = (
  options: {
    readonly flags?: readonly Interpolated[];
    /** Arguments of every make. */
    readonly make?: readonly Interpolated[];
    /** What is built, where that is not everything. */
    readonly targets?: readonly string[];
    /** What is installed: `install` when left out. */
    readonly install?: readonly string[];
    /** Folders in which to make and install, in order; the top, when left out. */
    readonly folders?: readonly string[];
    /** In the place of the usual installation. */
    readonly installBy?: Text;
  } = {},
): Style =>
  chosen(() => {
    const { flags = [], make = [], targets = [], install = ['install'], folders = ['.'], installBy } = options;
    return concat(
      sh`

phase configure
./configure --build=x86_64-linux-musl --prefix=${NOWHERE} --disable-shared --enable-static --disable-dependency-tracking --disable-nls ${flags}

phase build
for folder in ${folders}; do make -C "$folder" -j"$NIX_BUILD_CORES" SHELL="$SHELL" ${make} ${targets}; done

phase install
`,
      installBy ??
        concat(
          sh`for folder in ${folders}; do make -C "$folder" SHELL="$SHELL" ${make} DESTDIR="$PWD/../installed" ${install}; done`,
          '\n',
          INSTALLED,
        ),
    );
  });

/** CMake, with makefiles. */
export const cmake = (
  options: { readonly flags?: readonly Interpolated[]; readonly folder?: string; readonly targets?: readonly string[] } = {},
): Style =>
  chosen(() => {
    const { flags = [], folder = '.', targets = [] } = options;
    return concat(
      sh`

phase configure
cmake -S ${folder} -B ../build -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=${NOWHERE} -DBUILD_SHARED_LIBS=OFF ${flags}

phase build
make -C ../build -j"$NIX_BUILD_CORES" SHELL="$SHELL" ${targets}

phase install
make -C ../build SHELL="$SHELL" DESTDIR="$PWD/../installed" install
`,
      INSTALLED,
    );
  });

/** A makefile alone. */
export const makefile = (options: {
  readonly make?: readonly Interpolated[];
  readonly targets?: readonly string[];
  /** Copies to `$out`; its own target `install`, when left out. */
  readonly install?: Text;
  readonly configure?: Text;
}): Style =>
  chosen(() =>
    concat(
      options.configure === undefined ? '' : concat('\nphase configure\n', options.configure),
      sh`

phase build
make -j"$NIX_BUILD_CORES" SHELL="$SHELL" ${options.make ?? []} ${options.targets ?? []}

phase install
`,
      options.install ?? concat(sh`make SHELL="$SHELL" ${options.make ?? []} DESTDIR="$PWD/../installed" install`, '\n', INSTALLED),
    ),
  );

/** Headers that are used as they are. */
export const headers = (from: string): Style =>
  chosen(
    () => sh`

phase install
mkdir -p "$out/include"
cp -R ${from}/. "$out/include/"
`,
  );

/** Some files of C, C++ or assembler, compiled one by one into a library. */
export const archive = (options: {
  /** Shell patterns below the source. */
  readonly files: string;
  readonly flags?: string;
  /** `libbrotli.a` */
  readonly library: string;
  /** A folder of headers to install; or some headers. */
  readonly include: string | readonly string[];
}): Style =>
  chosen(() => {
    const { files, flags = '', library, include } = options;
    return sh`

phase build
mkdir ../objects
cat >../compile <<'.'
object="../objects/$(echo "$1" | tr / _).o"
case "$1" in
  *.cc | *.cpp) $CXX $CXXFLAGS ${flags} -c "$1" -o "$object" ;;
  *) $CC $CFLAGS ${flags} -c "$1" -o "$object" ;;
esac
.
ls ${files} | xargs -n 1 -P "$NIX_BUILD_CORES" "$SHELL" -eu ../compile
ar rcs ${library} ../objects/*.o

phase install
mkdir -p "$out/lib" "$out/include"
cp ${library} "$out/lib/"
cp -R ${typeof include === 'string' ? `${include}/.` : include} "$out/include/"
`;
  });

/** Commands of its own. */
export const commands = (script: Text): Style => chosen(() => concat(text`\n`, script));
