import http from 'node:http';

/** Asks a server of a test; the answer's body is to be read. */
export function ask(url: string, options: http.RequestOptions = {}): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.request(url, options, resolve).on('error', reject).end();
  });
}

/** The rest of an answer's body; throws when that is cut off. */
export async function bodyOf(answer: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
