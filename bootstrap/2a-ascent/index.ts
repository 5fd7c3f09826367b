export { binutils } from './binutils.js';
export { gcc10, gcc10Again, gcc10ByGcc3 } from './gcc10.js';
export { gcc10Fixpoint } from './gcc10-fixpoint.js';
export { gcc10Source } from './gcc10-source.js';
export { gcc3 } from './gcc3.js';
export { gcc3C } from './gcc3-c.js';
export { gnumake } from './gnumake.js';
export { musl } from './musl.js';
export { gcc10CxxTorture, gcc10Torture, gcc3Torture, tinyccTorture } from './torture.js';
