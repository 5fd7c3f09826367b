/** What is built, as files to publish: images for containers, sums. */
export { layerOf, writeImages, type Image } from './oci.js';
export { writeSums } from './sums.js';
