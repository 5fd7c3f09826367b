import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Client, server, keys and copies of ssh in one program, with its own cryptography. */
export const dropbear = (): PackageSpec => ({
  source: source({
    name: 'dropbear',
    version: '2026.94',
    size: 2386978,
    sha256: 'e098034a843699200c8c977a991fff73159735bf795d5f72ef672c41a6b1ae81',
    debian: 'pool/main/d/dropbear/dropbear_2026.94.orig.tar.bz2',
    licence: 'MIT AND BSD-2-Clause AND BSD-3-Clause AND LicenseRef-public-domain',
    homepage: 'https://matt.ucc.asn.au/dropbear/dropbear.html',
    releases: 'https://matt.ucc.asn.au/dropbear/releases/',
  }),
  description: 'ssh: server and client',
  edits: [
    {
      file: 'src/cli-runopts.c',
      why: 'Nix (and others) call ssh with options that only make sense for OpenSSH: they are taken without a warning. There is never a master to ask (-O).',
      old: "				case 'q': /* quiet */\n",
      new: `				case 'x': case 'a': case 'C':
					break;
				case 'O':
					exit(EXIT_FAILURE);
				case 'q': /* quiet */
`,
    },
    {
      file: 'src/cli-runopts.c',
      why: 'After "--" comes the command.',
      old: "		/* Begins with '-' */\n		opt = OPT_OTHER;\n",
      new: `		if (strcmp(argv[i], "--") == 0) {
			if (host_arg == NULL)
				continue;
			i++;
			break;
		}

		/* Begins with '-' */
		opt = OPT_OTHER;
`,
    },
    {
      file: 'src/cli-runopts.c',
      why: 'Nix has a local command say that the connection is there, and waits for that.',
      old: '	if (match_extendedopt(&optstr, "Port") == DROPBEAR_SUCCESS) {\n',
      new: `	if (match_extendedopt(&optstr, "LocalCommand") == DROPBEAR_SUCCESS) {
		cli_opts.local_command = optstr;
		return;
	}

	if (match_extendedopt(&optstr, "PermitLocalCommand") == DROPBEAR_SUCCESS) {
		cli_opts.permit_local_command = parse_flag_value(optstr);
		return;
	}

	if (match_extendedopt(&optstr, "Port") == DROPBEAR_SUCCESS) {
`,
    },
    {
      file: 'src/runopts.h',
      why: 'The same.',
      old: '	char *cmd;\n	int wantpty;\n',
      new: '	char *cmd;\n	const char *local_command;\n	int permit_local_command;\n	int wantpty;\n',
    },
    {
      file: 'src/cli-session.c',
      why: 'The same.',
      old: `			if (cli_opts.backgrounded) {
				int devnull;
`,
      new: `			if (cli_opts.permit_local_command && cli_opts.local_command != NULL
					&& system(cli_opts.local_command) == -1) {
				dropbear_exit("The local command could not be started: %s", strerror(errno));
			}

			if (cli_opts.backgrounded) {
				int devnull;
`,
    },
  ],
  style: autotools({
    // Who logged in, and when, is nobody's business on a CD; and no passwords over the network.
    flags: ['--disable-zlib', '--disable-lastlog', '--disable-utmp', '--disable-utmpx', '--disable-wtmp', '--disable-wtmpx', '--enable-static'],
    make: [`PROGRAMS='dropbear dbclient dropbearkey scp'`, 'MULTI=1'],
    targets: ['dropbearmulti'],
    installBy: sh`
mkdir -p "$out/bin"
cp dropbearmulti "$out/bin/"
strip "$out/bin/dropbearmulti"
for name in dropbear dbclient dropbearkey scp; do ln -s dropbearmulti "$out/bin/$name"; done
ln -s dropbearmulti "$out/bin/ssh"
`,
  }),
  test: {
    script: sh`
phase 'keys'
dropbearkey -t ed25519 -f key >shown
grep -q '^ssh-ed25519 ' shown
dropbearkey -y -f key | grep -q "$(grep '^ssh-ed25519' shown | cut -d' ' -f2)"

phase 'it says who it is'
dropbear -V 2>&1 | grep -q '2026.94'
ssh -V 2>&1 | grep -q '2026.94'
if ssh -O check nobody@nowhere 2>said; then exit 1; fi
test ! -s said
`,
  },
});
