import { chain, local, recipe, sh, text } from 'zilch';
import { protobusybox, tinycc } from 'zilch/bootstrap/1-stage1/index.ts';

/**
 * A program of one's own on top of stage 1: compiled by the TinyCC that came of source alone, against its musl, by a build
 * that sees nothing else.
 */
const hello = recipe({
  name: 'hello',
  version: '1.0',
  description: 'says hello, and by what it was compiled',
  shell: text`${protobusybox}/bin/ash`,
  path: [tinycc, protobusybox],
  script: sh`
    mkdir -p $out/bin
    cc -static -o $out/bin/hello ${local(import.meta.url, './hello.c')}
  `,
  // A static program needs nothing at run time; the build fails if that ever changes.
  references: { allowed: [] },
  test: (self) => ({
    script: sh`
      said=$(${self}/bin/hello reader)
      echo "$said"
      [ "$said" = 'Hello, reader! Compiled by TinyCC, linked with musl.' ]
      echo passed > $out
    `,
  }),
});

export default chain('hello', { programs: { hello } });
