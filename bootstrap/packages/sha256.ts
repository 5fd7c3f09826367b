import { local, sh } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** SHA-256 at the processor's speed: by its own instructions where it has them. */
export const sha256: Define = () => ({
  name: 'sha256',
  source: local(import.meta.url, './sha256'),
  description: 'SHA-256 by the instructions of the processor',
  prepare: sh`
mkdir ../headers
cp sha256-blocks.h ../headers/
`,
  style: archive({ files: 'sha256-ni.c sha256-portable.c', library: 'libsha256.a', include: '../headers' }),
  test: {
    script: sh`
phase 'known answers, by the instructions and without them'
$CC $CFLAGS ${local(import.meta.url, './sha256-test.c')} -lsha256 -o try
./try
`,
  },
});
