/** Keeps a server's connections for those who use them: when there are too many, the one goes that does least. */
import type http from 'node:http';
import type net from 'node:net';

/** Connections at once, when nobody said otherwise. */
const MOST_CONNECTIONS = 512;

/** Milliseconds. A request is short, and needs no more than a header; checked every second, not every thirty. */
export const REQUEST_LIMITS = { requestTimeout: 20_000, headersTimeout: 15_000, keepAliveTimeout: 30_000, connectionsCheckingInterval: 1000 };

/** Milliseconds in which an answer that has only begun is not yet slow. */
const GRACE = 1000;

/** One reader's connection. */
interface Connection {
  /** When it came, or when its last answer ended. */
  idleSince: number;
  /** When the answer that is being sent began; `undefined` while there is none. */
  busySince: number | undefined;
  /** Sent when that answer began. */
  sentBefore: number;
  readonly address: string;
}

/**
 * Closes connections of a server beyond `most`. Of the address that has most of them, one on which nothing is asked goes, the
 * longest idle first; else the one that takes what is sent to it most slowly. So one address cannot keep all others out, and
 * idle connections keep nobody out.
 */
export function limitConnections(server: http.Server, most = MOST_CONNECTIONS): void {
  const connections = new Map<net.Socket, Connection>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    connections.set(socket, { idleSince: performance.now(), busySince: undefined, sentBefore: 0, address });
    socket.on('close', () => connections.delete(socket));
    // Not this one, which has had no time to ask for anything.
    if (connections.size > most) leastOf(connections, socket)?.destroy();
  });
  server.on('request', ({ socket }: http.IncomingMessage, response: http.ServerResponse) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.busySince = performance.now();
    connection.sentBefore = socket.bytesWritten;
    response.on('close', () => {
      connection.busySince = undefined;
      connection.idleSince = performance.now();
    });
  });
}

function leastOf(connections: ReadonlyMap<net.Socket, Connection>, newest: net.Socket): net.Socket | undefined {
  const counts = new Map<string, number>();
  for (const [socket, { address }] of connections) if (socket !== newest) counts.set(address, (counts.get(address) ?? 0) + 1);
  const largest = Math.max(...counts.values());
  const now = performance.now();
  let least: { readonly socket: net.Socket; readonly idle: boolean; readonly rank: number } | undefined;
  for (const [socket, { address, idleSince, busySince, sentBefore }] of connections) {
    if (socket === newest || counts.get(address) !== largest || socket.destroyed) continue;
    const idle = busySince === undefined;
    // Where nothing lies ready to be taken, it is the reader that waits.
    const isFine = !idle && (now - busySince < GRACE || socket.writableLength === 0);
    const rank = idle ? idleSince : isFine ? Infinity : (socket.bytesWritten - sentBefore) / (now - busySince);
    if (least === undefined || (idle && !least.idle) || (idle === least.idle && rank < least.rank)) least = { socket, idle, rank };
  }
  return least?.socket;
}
