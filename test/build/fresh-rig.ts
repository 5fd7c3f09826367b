import { openStore, tempDirectory } from '../support/store.js';
import { Rig } from './rig.js';

/** A rig in a new store, which is deleted after the test. */
export async function freshRig(root = tempDirectory()): Promise<Rig> {
  return await Rig.in(openStore(root));
}
