/** Servers on this machine that say what a test tells them, whether that is HTTP or not. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { atEnd } from './store.js';

export interface RawServer {
  readonly url: URL;
  /** The requests that came, each up to the empty line behind its header. */
  readonly requests: string[];
}

/** Answers each request by `answer`, which may write, wait and hang up; it is told how many came before. */
export async function rawServer(answer: (socket: Socket, request: string, before: number) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        requests.push(request);
        answer(socket, request, requests.length - 1);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requests };
}

/** Writes the same again and again, for as long as anyone listens. */
export function drip(socket: Socket, text: string, milliseconds: number): void {
  const timer = setInterval(() => socket.write(text), milliseconds);
  socket.on('close', () => {
    clearInterval(timer);
  });
}
