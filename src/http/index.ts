/** The web: the HTTP client, and the names that our servers answer to. */
export { listenFailure } from './listen-failure.js';
export { HttpClient, statusFailure, type Headers, type RedirectedQuestion } from './client.js';
export { limitConnections, REQUEST_LIMITS } from './connection-limit.js';
export { HttpFile, type FileQuestion } from './file.js';
export { ANY_NAME, hostCheck } from './host-names.js';
export { DEFAULT_PATIENCE, type Patience } from './patience.js';
