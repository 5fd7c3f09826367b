/** The program as users run it, compiled by `npm run build`: its second threads come much sooner than if they had to compile themselves. */
import { fileURLToPath } from 'node:url';
import type * as exchange from '../src/exchange/index.js';
import type * as store from '../src/store/index.js';

const dist = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

export const { dumpTree, hashTree, restoreTree, scanTree, Store } = (await import(dist('store/index.js'))) as typeof store;
export const { BinaryCache, openBlobs, Puller } = (await import(dist('exchange/index.js'))) as typeof exchange;
/** What `./zilch` runs. */
export const main = dist('cli/main.js');
