/**
 * Who may read the server's answers. Pages from elsewhere must not: neither directly (the browser's headers identify
 * them) nor by making their own name point at this machine (the Host header still has that name). Nobody can change
 * anything, because only GET and HEAD are answered.
 */
import type { MiddlewareHandler } from 'hono';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Allows what our page needs from this server only; no inline scripts or styles, no frames, no forms. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Refuses requests that are not for this server by one of its names, or come from another page. */
export function guard(host: string): MiddlewareHandler {
  const names = new Set([...LOOPBACK, host.includes(':') && !host.startsWith('[') ? `[${host}]` : host]);
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
    // A server that listens on all addresses has no name to compare the header with; its user chose to be visible.
    const isWildcard = host === '0.0.0.0' || host === '::';
    if (!isWildcard && !names.has(hostHeader.replace(/:\d+$/, ''))) return context.text('This server does not have that name.\n', 421);
    const origin = req.header('origin');
    if (origin !== undefined && origin !== `http://${hostHeader}`) return context.text('Pages from elsewhere cannot read this.\n', 403);
    const site = req.header('sec-fetch-site');
    const isLink = req.header('sec-fetch-mode') === 'navigate' && req.path === '/';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink)
      return context.text('Pages from elsewhere cannot read this.\n', 403);
    return next();
  };
}
