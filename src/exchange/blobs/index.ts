export { readSmall, textBlob, type Blob, type Blobs, type NewBlob } from './blobs.js';
export { openBlobs } from './open.js';
export { HttpBlobs, type HttpOptions } from './http.js';
