import { zlibBy } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/** zlib and its own tests, by the last toolchain. */
export const toolchainZlib = zlibBy('toolchain-zlib', [toolchain], 'cc');
