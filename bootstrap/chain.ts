import { chain } from 'zilch';
import { stage1 } from './1-stage1/index.js';
import * as ascent from './2a-ascent/index.js';

/** The table of contents: from one TinyCC to a Linux that rebuilds itself. */
export default chain('stage1', {
  '1-stage1': { stage1 },
  '2a-ascent': {
    gnumake: ascent.gnumake,
    binutils: ascent.binutils,
    'gcc3-c': ascent.gcc3C,
    musl: ascent.musl,
    gcc3: ascent.gcc3,
    'linux-headers': ascent.linuxHeaders,
    'gcc10-source': ascent.gcc10Source,
    'gcc10-by-gcc3': ascent.gcc10ByGcc3,
    gcc10: ascent.gcc10,
    'gcc10-again': ascent.gcc10Again,
    'gcc10-fixpoint': ascent.gcc10Fixpoint,
    'gcc10-zlib': ascent.gcc10Zlib,
    'tinycc-torture': ascent.tinyccTorture,
    'gcc3-torture': ascent.gcc3Torture,
    'gcc10-by-gcc3-torture': ascent.gcc10ByGcc3Torture,
    'gcc10-torture': ascent.gcc10Torture,
    'gcc10-c++-torture': ascent.gcc10CxxTorture,
  },
});
