/** The web: asking servers, and what a server of ours may be called. */
export { HttpClient, statusFailure, type Answer, type Headers, type Question, type RedirectedQuestion } from './client.js';
export { HttpFile, type FileQuestion, type Piece } from './file.js';
export { ANY_NAME, hostCheck } from './host-names.js';
export { DEFAULT_PATIENCE, patienceOf, type Patience } from './patience.js';
