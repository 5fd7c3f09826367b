import { pythonBy } from '../2a-ascent/index.js';
import { toolchain } from './crossing.js';

/** Python by the last toolchain, and its own tests. */
export const toolchainPython = pythonBy('toolchain-python', [toolchain], 'cc');
