/** QEMU's monitor protocol: a line of JSON each way, after a greeting. */
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { fail, ok, type Result } from '../result.js';

/** Sends one command over a new connection. Fails with E_MACHINE if QEMU is not there or refuses. */
export function askMonitor(socket: string, command: string, args: Readonly<Record<string, unknown>>): Promise<Result<void>> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const end = (result: Result<void>): void => {
      connection.destroy();
      resolve(result);
    };
    connection.on('error', (error) => end(fail('E_MACHINE', `cannot send ${command} to QEMU: ${error.message}`)));
    connection.on('close', () => end(fail('E_MACHINE', `QEMU ended before it answered ${command}`)));
    const send = (message: unknown): void => void connection.write(`${JSON.stringify(message)}\n`);
    let answers = 0;
    createInterface({ input: connection }).on('line', (line) => {
      const message = JSON.parse(line) as { QMP?: unknown; return?: unknown; error?: { desc?: string } };
      if (message.QMP !== undefined) send({ execute: 'qmp_capabilities' });
      else if (message.error !== undefined) end(fail('E_MACHINE', `QEMU refused ${command}: ${message.error.desc ?? ''}`));
      else if (message.return !== undefined && ++answers === 1) send({ execute: command, arguments: args });
      else if (message.return !== undefined) end(ok(undefined));
    });
  });
}
