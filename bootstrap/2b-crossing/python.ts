import { pythonBy } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/** Python by the last toolchain, and its own tests. */
export const toolchainPython = pythonBy('toolchain-python', [toolchain], 'cc');
