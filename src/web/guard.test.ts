import { hostname } from 'node:os';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { guard } from './guard.js';

function request(
  headers: Record<string, string>,
  { method = 'GET', path = '/data/chain', names = [] as readonly string[] } = {},
): Promise<Response> | Response {
  const app = new Hono().use(guard(names)).all('*', (context) => context.text('secret'));
  return app.request(`http://x${path}`, { method, headers });
}

describe('the server', () => {
  it.each(['127.0.0.1:8780', 'localhost:8780', '[::1]:8780', 'localhost', '10.0.0.1', '[fe80::1]:1', `${hostname()}:8780`])(
    'answers when it is called %s',
    async (host) => {
      expect((await request({ host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'evil.example:8780', 'localhost.evil.example', '127.0.0.1.evil.example', ''])(
    'does not answer when it is called "%s"',
    async (host) => {
      const response = await request({ host });
      expect(response.status).toBe(421);
      expect(await response.text()).not.toContain('secret');
    },
  );

  it('answers to names it was given, and then to no more others than before', async () => {
    const names = ['0.0.0.0', 'zilch.example.org'];
    expect((await request({ host: 'zilch.example.org:8780' }, { names })).status).toBe(200);
    expect((await request({ host: 'evil.example:8780' }, { names })).status).toBe(421);
  });

  it.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'https://localhost:8780' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('tells a page from elsewhere nothing (%j)', async (headers) => {
    expect((await request({ host: 'localhost:8780', ...headers })).status).toBe(403);
  });

  it('can be linked to', async () => {
    expect((await request({ host: 'localhost:8780', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, { path: '/' })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('changes nothing on %s', async (method) => {
    expect((await request({ host: 'localhost' }, { method })).status).toBe(405);
  });

  it('says on every answer what a page may do', async () => {
    for (const response of [await request({ host: 'localhost' }), await request({ host: 'evil.example' })]) {
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
