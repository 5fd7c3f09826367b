import { source } from 'zilch';

/** GNU libc's small, clean counterpart. */
export const musl = source({
  name: 'musl',
  version: '1.2.5',
  size: 1080786,
  sha256: 'a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4',
  debian: 'pool/main/m/musl/musl_1.2.5.orig.tar.gz',
  urls: ['https://musl.libc.org/releases/musl-1.2.5.tar.gz'],
});

/** What stage 1 makes its own compiler of, and what the host's compiler makes the default seed of. */
export const tinycc = source({
  name: 'tinycc',
  version: '0.9.27+git20200814.62c30a4a',
  size: 708943,
  sha256: 'd63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35',
  debian: 'pool/main/t/tcc/tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2',
});

export const busybox = source({
  name: 'busybox',
  version: '1.37.0',
  size: 2565764,
  sha256: '3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4',
  debian: 'pool/main/b/busybox/busybox_1.37.0.orig.tar.bz2',
  urls: ['https://busybox.net/downloads/busybox-1.37.0.tar.bz2'],
});
