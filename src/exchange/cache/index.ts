export { BinaryCache } from './binary-cache.js';
export { CompressedNars } from './compressed-nars.js';
export { decompress, parseCompression, type Compression } from './compression.js';
export { Puller, type Pulled, type PullOptions } from './pull.js';
export { push, type Pushed, type PushOptions } from './push.js';
export { cacheServer, type Answered, type ServerOptions } from './server.js';
export { Substituter, type Substituted, type WantedOutputs } from './substitute.js';
export type { Trust, Vouched } from './trust.js';
