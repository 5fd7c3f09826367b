import { DEFAULT_PATIENCE, HttpClient, statusFailure } from '../http/index.js';
import { fail, ok, type Result } from '../result.js';

/** Milliseconds; short, because a user waits for the answer. */
const PATIENCE = 2500;

/** Requests the pool of a Debian mirror to find out whether it answers. Fails with `E_FETCH`. */
export async function probeMirror(root: string): Promise<Result<void>> {
  if (!URL.canParse(`${root}/pool/`)) return fail('E_FETCH', `${root} is not a URL`);
  const opened = HttpClient.open(process.env, { ...DEFAULT_PATIENCE, connect: PATIENCE, header: PATIENCE });
  if (!opened.ok) return opened;
  const client = opened.value;
  try {
    const answer = await client.ask(new URL(`${root}/pool/`), { method: 'HEAD' });
    if (!answer.ok) return fail('E_FETCH', `${root} does not answer: ${answer.failure.message}`, undefined, answer.failure);
    answer.value.discard();
    return answer.value.status < 500 ? ok(undefined) : fail('E_FETCH', statusFailure(answer.value).message);
  } finally {
    await client.close();
  }
}
