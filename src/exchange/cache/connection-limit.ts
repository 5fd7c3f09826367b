/** Limits a server's connections: if there are too many, it closes the least active one. */
import type http from 'node:http';
import type net from 'node:net';

/** Milliseconds from its start in which an answer does not count as slow. */
const GRACE = 1000;

/** One reader's connection. */
interface Connection {
  /** When it was opened, or when its last answer ended. */
  idleSince: number;
  /** When the current answer began; `undefined` if there is none. */
  busySince: number | undefined;
  /** Bytes sent before the current answer. */
  sentBefore: number;
  readonly address: string;
}

/**
 * Closes connections of a server beyond `most`. It chooses the address with most connections, and closes its longest
 * idle one, or else the one that receives most slowly. So one address cannot keep all others out, and idle connections
 * keep nobody out.
 */
export function limitConnections(server: http.Server, most: number): void {
  const connections = new Map<net.Socket, Connection>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    connections.set(socket, { idleSince: performance.now(), busySince: undefined, sentBefore: 0, address });
    socket.on('close', () => connections.delete(socket));
    // Not this one, which has had no time for a request.
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
    // If nothing is ready to send, the reader waits for the server.
    const isFine = !idle && (now - busySince < GRACE || socket.writableLength === 0);
    const rank = idle ? idleSince : isFine ? Infinity : (socket.bytesWritten - sentBefore) / (now - busySince);
    if (least === undefined || (idle && !least.idle) || (idle === least.idle && rank < least.rank)) least = { socket, idle, rank };
  }
  return least?.socket;
}
