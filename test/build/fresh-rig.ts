import { openStore, tempDirectory } from '../support/store.js';
import { Rig } from './rig.js';

/** A rig in a new store, which is gone when the test is over. */
export async function freshRig(root = tempDirectory()): Promise<Rig> {
  return await Rig.in(openStore(root));
}
