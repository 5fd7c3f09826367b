import { zlibBy } from '../2a-ascent/index.js';
import { toolchain } from './crossing.js';

/** zlib and its own tests, by the last toolchain. */
export const toolchainZlib = zlibBy('toolchain-zlib', [toolchain], 'cc');
