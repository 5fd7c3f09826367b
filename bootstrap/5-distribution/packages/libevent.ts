import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Waits for many files, timers and signals at once; tmux does. */
export const libevent = (): PackageSpec => ({
  source: source({
    name: 'libevent',
    version: '2.1.13',
    size: 1126525,
    sha256: 'f7e9383b8c0baa81b687e5b5eecc01beefaf1b19b64151d95ed61647fe7a315c',
    debian: 'pool/main/libe/libevent/libevent_2.1.13-stable.orig.tar.gz',
    licence: 'BSD-3-Clause',
    homepage: 'https://libevent.org/',
    releases: 'https://github.com/libevent/libevent/releases',
  }),
  description: 'waits for many files, timers and signals at once',
  style: autotools({
    flags: ['--disable-openssl', '--disable-mbedtls', '--disable-samples', '--disable-libevent-regress', '--disable-doxygen-html'],
    // Beside the libraries it would install a program in Python.
    install: ['install-libLTLIBRARIES', 'install-data'],
  }),
  test: {
    script: sh`
phase 'a timer, a signal and a pipe'
cat >try.c <<'.'
#include <event2/event.h>
#include <signal.h>
#include <unistd.h>
static int seen;
static void heard (evutil_socket_t file, short what, void *bit) { seen |= (int) (long) bit; }
int main (void)
{
  int ends[2];
  struct event_base *base = event_base_new ();
  struct timeval soon = { 0, 1000 };
  if (pipe (ends) || write (ends[1], "x", 1) != 1) return 1;
  event_add (event_new (base, -1, 0, heard, (void *) 1L), &soon);
  event_add (event_new (base, ends[0], EV_READ, heard, (void *) 2L), 0);
  event_add (event_new (base, SIGUSR1, EV_SIGNAL, heard, (void *) 4L), 0);
  raise (SIGUSR1);
  event_base_dispatch (base);
  return seen == 7 ? 0 : 2;
}
.
$CC try.c -levent -o try
timeout 20 ./try
`,
  },
});
