/**
 * Who may read what the server says. A page from elsewhere must not, neither directly (it is told apart by what the browser
 * says of it) nor by making its own name point at this machine (the Host header still has that name). Nobody can change
 * anything: only GET and HEAD are answered.
 */
import type { MiddlewareHandler } from 'hono';
import { hostCheck } from '../http/index.js';

/** All that a page of ours needs, and nothing from anywhere else; no inline scripts or styles, no frames, no forms. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Refuses requests that call this server by another name than an address, this machine's, or one of `names`, or come from another page. */
export function guard(names: readonly string[]): MiddlewareHandler {
  const isCalled = hostCheck(names);
  return async (context, next) => {
    const { req } = context;
    context.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('X-Frame-Options', 'DENY');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    context.header('Cache-Control', 'no-store');
    if (req.method !== 'GET' && req.method !== 'HEAD') return context.text('Nothing can be changed here.\n', 405, { Allow: 'GET, HEAD' });
    const hostHeader = req.header('host') ?? '';
    if (!isCalled(hostHeader)) return context.text('This server is not called that. Whoever runs it can let it be, with --name.\n', 421);
    const origin = req.header('origin');
    if (origin !== undefined && origin !== `http://${hostHeader}`) return context.text('Pages from elsewhere cannot read this.\n', 403);
    const site = req.header('sec-fetch-site');
    const isLink = req.header('sec-fetch-mode') === 'navigate' && req.path === '/';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink)
      return context.text('Pages from elsewhere cannot read this.\n', 403);
    return next();
  };
}
