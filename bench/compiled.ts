/** The program as users run it, compiled by `npm run build`: its second threads come much sooner than if they had to compile themselves. */
import { fileURLToPath } from 'node:url';

const dist = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

export const { dumpTree, hashTree, restoreTree, scanTree, Store } = (await import(dist('store/index.js'))) as typeof import('../src/store/index.js');
export const { BinaryCache, openBlobs, Puller } = (await import(dist('exchange/index.js'))) as typeof import('../src/exchange/index.js');
/** What `./zilch` runs. */
export const main = dist('cli/main.js');
