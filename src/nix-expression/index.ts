export { nixExpression, type ExternalContent, type ExternalContents, type NixExpression } from './expression.js';
export { nixFlake } from './flake.js';
export { MK_DERIVATION } from './mk-derivation.js';
