import { local, sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Fetches over HTTP and HTTPS, as a program and as a library. It knows no certificates of its own: whoever uses it names a file of them. */
export const curl: Define = ({ mbedtls, zlib }) => ({
  source: source({
    name: 'curl',
    version: '8.20.0',
    size: 4220899,
    sha256: 'fc5819cad3f9f5482669adcdc49a782c15f36d2a0715b395b06d9173593d2dc0',
    debian: 'pool/main/c/curl/curl_8.20.0.orig.tar.gz',
    licence: 'curl',
    homepage: 'https://curl.se/',
    releases: 'https://curl.se/download.html',
  }),
  description: 'fetches over HTTP and HTTPS',
  inputs: [mbedtls, zlib],
  edits: [
    {
      file: 'configure',
      why: 'Everything would be compiled a second time, for tests of single functions that are not run.',
      old: 'supports_unittests=yes\n',
      new: 'supports_unittests=no\n',
    },
  ],
  style: autotools({
    flags: [
      '--with-mbedtls --with-zlib --without-brotli --without-ca-bundle --without-ca-path --without-libidn2 --without-libpsl',
      '--without-libssh2 --without-nghttp2 --without-zstd --disable-docs --disable-ldap --disable-manual --disable-ntlm',
    ],
    folders: ['lib', 'src', 'include'],
  }),
  test: {
    script: sh`
phase 'a server with certificates made just now'
$CC $CFLAGS ${local(import.meta.url, './curl/https-server.c')} -lmbedtls -lmbedx509 -lmbedcrypto -o https-server
# serve KIND: from now on $url has a certificate of this kind; good.pem is always the authority to trust.
serve() {
  rm -f port
  ./https-server "$1" &
  server=$!
  while [ ! -s port ]; do sleep 0.1; done
  url="https://localhost:$(cat port)/"
}
# refused CODE CURL OPTION...: curl ends with this code, and no byte of the page has come.
refused() {
  code="$1"
  shift
  status=0
  curl -sS "$@" "$url" >page || status=$?
  kill $server 2>/dev/null || true
  test $status = "$code"
  test ! -s page
}

phase 'a good certificate'
serve good
test "$(curl -sS --cacert good.pem "$url")" = 'over https'
kill $server
serve good
refused 60 # no authority is known
serve good
echo nonsense >nonsense.pem
refused 77 --cacert nonsense.pem

phase 'bad certificates'
serve good
cp good.pem stale.pem
kill $server
serve good # with a new authority
refused 60 --cacert stale.pem
serve expired
refused 60 --cacert good.pem
serve other-host
refused 60 --cacert good.pem

phase 'the library, by plain HTTP, compressed'
printf 'HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n' >answer
printf 'from a gzip' | gzip >>answer
cat >try.c <<'.'
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int listening;
static char got[100];
static void *serve (void *p)
{
  static char buffer[4096];
  int c = accept (listening, 0, 0);
  FILE *f = fopen ("answer", "rb");
  if (read (c, buffer, sizeof buffer) < 0 || write (c, buffer, fread (buffer, 1, sizeof buffer, f)) < 0) return p;
  close (c);
  return p;
}
static size_t take (char *data, size_t one, size_t n, void *p) { strncat (got, data, n); return n; }
int main (void)
{
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof a;
  pthread_t thread;
  char url[50];
  listening = socket (AF_INET, SOCK_STREAM, 0);
  if (bind (listening, (struct sockaddr *) &a, length) || listen (listening, 1) || getsockname (listening, (struct sockaddr *) &a, &length)) return 1;
  pthread_create (&thread, 0, serve, 0);
  snprintf (url, sizeof url, "http://127.0.0.1:%d/", ntohs (a.sin_port));
  CURL *curl = curl_easy_init ();
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, take);
  if (curl_easy_perform (curl) || strcmp (got, "from a gzip")) return 2;
  return 0;
}
.
$CC try.c -lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lz -o try
./try
`,
  },
});
