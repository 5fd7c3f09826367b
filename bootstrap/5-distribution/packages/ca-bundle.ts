import { sh, source } from 'zilch';
import { commands, type PackageSpec } from '../../package/index.ts';

/** Whom to believe on the web: Mozilla's list of authorities, those that may vouch for servers. */
export const caBundle = (): PackageSpec => ({
  source: source({
    name: 'ca-certificates',
    version: '20250419',
    size: 277504,
    sha256: '33b44ef78653ecd3f0f2f13e5bba6be466be2e7da72182f737912b81798ba5d2',
    debian: 'pool/main/c/ca-certificates/ca-certificates_20250419.tar.xz',
    licence: 'MPL-2.0',
    homepage: 'https://wiki.mozilla.org/CA',
  }),
  name: 'ca-bundle',
  description: 'the authorities that browsers believe',
  style: commands(sh`
phase build
# Mozilla's list is objects of "NAME TYPE VALUE", bytes in octal on lines of their own. A certificate and what it is trusted with are two
# objects of the same issuer and serial number. The certificates are base 64 of the bytes.
awk '
  function finish() {
    if (class == "CKO_CERTIFICATE") bytes[value["CKA_ISSUER"] value["CKA_SERIAL_NUMBER"]] = label "\t" value["CKA_VALUE"]
    if (class == "CKO_NSS_TRUST" && server == "CKT_NSS_TRUSTED_DELEGATOR") trusted[++count] = value["CKA_ISSUER"] value["CKA_SERIAL_NUMBER"]
    class = server = label = ""
    delete value
  }
  /^#/ { next }
  /^END/ { name = ""; next }
  name != "" { value[name] = value[name] $0; next }
  $1 == "CKA_CLASS" { finish(); class = $3 }
  $1 == "CKA_LABEL" { label = $0; sub(/^[^"]*"/, "", label); sub(/"$/, "", label) }
  $1 == "CKA_TRUST_SERVER_AUTH" { server = $3 }
  $2 == "MULTILINE_OCTAL" { name = $1 }
  END { finish(); for (i = 1; i <= count; i++) if (trusted[i] in bytes) print bytes[trusted[i]] }
' mozilla/certdata.txt >list
test "$(wc -l <list)" -gt 100

phase install
mkdir -p "$out/etc/ssl/certs"
while IFS="$(printf '\t')" read -r label octal; do
  echo "# $label"
  echo '-----BEGIN CERTIFICATE-----'
  # printf knows \ooo; "read -r" has kept the backslashes.
  printf "$octal" | base64 -w 64
  echo '-----END CERTIFICATE-----'
done <list >"$out/etc/ssl/certs/ca-bundle.crt"
`),
  test: {
    script: sh`
phase 'each is a certificate, and some that everybody knows are among them'
bundle="\${CPATH%%/include*}/etc/ssl/certs/ca-bundle.crt"
grep -q '^# ISRG Root X1$' "$bundle"
grep -q '^# DigiCert Global Root G2$' "$bundle"
awk '
  /^-----BEGIN/ { inside = 1; text = ""; next }
  /^-----END/ { inside = 0; print text; next }
  inside { text = text $0 }
' "$bundle" >all
test "$(wc -l <all)" -gt 100
while read -r text; do
  # DER: a sequence whose length, two bytes, is that of all the rest
  echo "$text" | base64 -d >one
  test "$(od -An -tx1 -N2 one | tr -d ' ')" = 3082
  test "$(od -An -tu1 -j2 -N2 one | awk '{ print $1 * 256 + $2 + 4 }')" = "$(wc -c <one)"
done <all
`,
  },
});
