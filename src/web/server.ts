/** The explorer's server: the page, its resources, and a stream of changes. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { limitConnections, listenFailure, REQUEST_LIMITS } from '../http/index.js';
import { ok, ThrownFailure, type Failure, type Result } from '../result.js';
import { assets } from './assets.js';
import { guard } from './guard.js';
import { Resources, type ExploredChain } from './resources.js';

export interface ServerOptions {
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** 0 means a free one. */
  readonly port: number;
  /** Names that it may be asked by, besides addresses and this machine's own; `*` for any. */
  readonly name?: readonly string[];
}

export interface RunningServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const POLL_MS = 500;
/** In bytes. A reader that takes nothing keeps an answer in memory, so a long log goes out in several. */
const LOG_PIECE = 256 * 1024;
/** Keeps idle connections alive, and finds those whose page is gone. */
const HEARTBEAT_MS = 15_000;

/** The server's answers. `names` are those that it may be asked by. */
function application(resources: Resources, names: readonly string[], closing: AbortSignal): Hono {
  const app = new Hono();
  app.use(guard(names));
  for (const { name, type, body } of assets(false)) {
    app.get(name === 'index.html' ? '/' : `/${name}`, (context) => context.body(body, 200, { 'Content-Type': type }));
  }
  app.get('/data/events', (context) =>
    streamSSE(context, async (stream) => {
      let silent = 0;
      resources.watcher.poll();
      let known = new Map(resources.watcher.runs.map((run) => [run.id, JSON.stringify(run)]));
      await stream.writeSSE({ event: 'runs', data: JSON.stringify(resources.watcher.runs) });
      while (!stream.aborted && !closing.aborted) {
        await stream.sleep(POLL_MS);
        resources.watcher.poll();
        const { runs } = resources.watcher;
        const now = new Map(runs.map((run) => [run.id, JSON.stringify(run)]));
        const changed = runs.filter(({ id }) => now.get(id) !== known.get(id));
        known = now;
        silent = changed.length > 0 ? 0 : silent + POLL_MS;
        if (changed.length > 0) await stream.writeSSE({ event: 'runs', data: JSON.stringify(changed) });
        else if (silent >= HEARTBEAT_MS) {
          silent = 0;
          await stream.writeSSE({ event: 'alive', data: '' });
        }
      }
    }),
  );
  app.get('/data/*', async (context) => {
    const from = Number(context.req.query('from') ?? 0);
    const key = decode(context.req.path.slice('/data/'.length));
    if (key === undefined || !Number.isSafeInteger(from) || from < 0) return context.json({ code: 'E_NOT_FOUND', message: 'no such name' }, 404);
    const found = await resources.get(key, from, LOG_PIECE);
    return found.ok ? context.json(found.value) : context.json(shown(found.failure), found.failure.code === 'E_NOT_FOUND' ? 404 : 500);
  });
  app.onError((error, context) => {
    if (error instanceof ThrownFailure) return context.json(shown(error.failure), 500);
    throw error;
  });
  app.notFound((context) => context.text('There is no such page.\n', 404));
  return app;
}

/** Starts the server. Fails with `E_LISTEN` when it cannot have the address. */
export async function startServer(subject: ExploredChain, { host = '127.0.0.1', port, name = [] }: ServerOptions): Promise<Result<RunningServer>> {
  const closing = new AbortController();
  const resources = new Resources(subject);
  const app = application(resources, [host, ...name], closing.signal);
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions: REQUEST_LIMITS }, (address) => {
      // The layout of a large chain takes a while: it is at hand when the first page asks.
      const first = resources.get('chain');
      const close = async (): Promise<void> => {
        closing.abort();
        await new Promise<void>((closed) => {
          server.close(() => closed());
          (server as Server).closeAllConnections();
        });
        // The store is closed next.
        await first;
      };
      resolve(ok({ url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`, close }));
    });
    limitConnections(server as Server);
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(listenFailure(error, host, port));
    });
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function shown({ code, message, hint }: Failure): object {
  return { code, message, hint };
}
