import { zlibBy } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/**
 * zlib and its own tests, by the last toolchain. zlib gives versions to functions that it need not have, which lld takes for a mistake
 * unless it is told.
 */
export const toolchainZlib = zlibBy('toolchain-zlib', [toolchain], 'cc -Wl,--undefined-version');
