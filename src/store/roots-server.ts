/**
 * While a collection runs, processes send it new roots over a socket, because it may not read those that they write
 * down. The protocol is Nix's: a store path and a newline, answered by `1` once the path is safe.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { parseStorePath, type StorePath } from '../formats/index.js';
import { withShortSocketPath } from './socket-path.js';

export class RootsServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens at `path`; the caller holds the collector's lock, so an existing socket is not in use. */
  static async listen(path: string, onRoot: (path: StorePath) => void): Promise<RootsServer> {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    const server = createServer();
    const roots = new RootsServer(server);
    server.on('connection', (socket) => {
      roots.#serve(socket, onRoot);
    });
    await withShortSocketPath(
      path,
      (address) =>
        new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(address, resolve);
        }),
    );
    return roots;
  }

  /** Stops; a disconnected client tries the collector's lock again, and gets it when it is released. */
  close(path: string): void {
    rmSync(path, { force: true });
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket, onRoot: (path: StorePath) => void): void {
    let pending = '';
    this.#sockets.add(socket);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        const path = parseStorePath(line);
        if (path.ok) onRoot(path.value);
        socket.write('1');
      }
    });
    // A client that dies does not affect the collection.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
