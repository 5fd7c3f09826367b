import { gnumakeBy } from '../2a-ascent/index.ts';
import { toolchain } from './crossing.ts';

/**
 * GNU make once more, by the last toolchain. lld merges equal strings and puts them in the order of their hashes, so a program that
 * has its own store path in it would be laid out by the path it happened to be built at: -O0 leaves strings where they are.
 */
export const gnumake = gnumakeBy(toolchain, `CC=cc CFLAGS=-O2 LDFLAGS='-static -s -Wl,-O0'`);
