import type { IdOf } from '../chain/index.js';
import { identitiesOf } from '../formats/index.js';
import type { KnownSession } from './known-session.js';
import type { Session } from './session.js';

/** The ids of the outputs of a chain's derivations. */
export function idsOf(session: Pick<Session, 'chain'> | Pick<KnownSession, 'chain' | 'idOf'>): IdOf {
  if ('idOf' in session) return session.idOf;
  const identities = identitiesOf(session.chain.derivations);
  return (drvPath, outputName) => identities.idOf(drvPath, outputName);
}
