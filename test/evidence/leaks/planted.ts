/** The leaks that ./chain.ts plants, and how `zilch vary` must report them. */
const OF_CLOCK = /reads the clock,.* or the times of files/;
const OF_RANDOM = /random numbers/;

/** By recipe: what has to be changed for its leak to show, nothing if it differs by itself, and the cause that is then named. */
export const PLANTED: Readonly<Record<string, readonly [shownBy: RegExp, cause: RegExp]>> = {
  clock: [/^$/, OF_CLOCK],
  year: [/^time: (1971|2039)$/, OF_CLOCK],
  'file-time': [/^$/, OF_CLOCK],
  'directory-order': [/^file-order: (sorted|reversed)$/, /order in which their directory lists/],
  host: [/^host: another name$/, /name or the domain of the machine/],
  user: [/^user: /, /who builds/],
  group: [/^user: /, /who builds/],
  cores: [/^processors: one$/, /how many processors/],
  cpu: [/^cpu: of another maker$/, /cpuinfo/],
  process: [/^process: not the first$/, /process ids/],
  addresses: [/^addresses: at random$/, /stores addresses/],
  'working-directory': [/^build-path: elsewhere$/, /path of its build directory/],
  'build-path': [/^build-path: elsewhere$/, /path of its build directory/],
  locale: [/^locale: /, /locale/],
  // Where the build directory lies on disk anyway, numbers differ by themselves.
  inode: [/^$|^file-system: /, /inode numbers/],
  unwritten: [/^(environment|addresses): /, /memory that it has not written/],
  environment: [/^(environment|locale|time-zone|home): /, /environment/],
  // musl makes them of the clock.
  'temporary-name': [/^$/, OF_CLOCK],
  cycles: [/^$/, OF_CLOCK],
  'hash-seed': [/^$/, OF_RANDOM],
  random: [/^$/, OF_RANDOM],
  umask: [/^umask: 077$/, /modes of files/],
  race: [/^$|^processors: one$/, /race/],
  kernel: [/^kernel: says 2.6$/, /uname/],
  home: [/^home: elsewhere$/, /HOME/],
  path: [/^exec-path: /, /PATH/],
  'time-zone': [/^time-zone: /, /local times/],
  memory: [/^memory: 1 GiB$/, /size of the memory/],
};

/** Recipes that show nothing: a sandbox has no network, and one recipe has no leak. */
export const CLOSED = ['network', 'none'];
