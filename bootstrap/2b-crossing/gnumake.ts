import { gnumakeBy } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/** GNU make once more, by the last toolchain. */
export const gnumake = gnumakeBy(toolchain, `CC=cc CFLAGS=-O2 LDFLAGS='-static -s'`);
