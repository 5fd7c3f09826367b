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
`,
  },
});
