import { ok, type Result } from '../../result.js';
import { toByteString, type HostPath } from './host-path.js';
import { ReadAhead } from './read-ahead.js';
import { checkSignal, nextTurn, runSlice } from './slices.js';
import { StepWriter } from './step-writer.js';
import { failureOf } from './tree-problem.js';
import { TreeReader } from './tree-reader.js';

/** A tree with more entries than this uses a second thread; for fewer, starting the thread would take longer. */
const STEPS_ALONE = 3000;

/**
 * Writes the NAR of the tree at `hostPath` into `sink`; returns its size. A chunk is valid only during the call of
 * `sink`. For a large tree a second thread finds and opens the files, as soon as it is ready. Fails with `E_FILE_TYPE`
 * on what a NAR cannot hold (devices, sockets, pipes), `E_FILE_CHANGED` if a file's size changes meanwhile,
 * `E_CANCELLED` after the signal, and like `ioFailure`; then discard what the sink got.
 */
export async function dumpTree(hostPath: HostPath, sink: (chunk: Uint8Array) => void, signal?: AbortSignal): Promise<Result<number>> {
  const root = toByteString(hostPath);
  let readAhead: ReadAhead | undefined;
  try {
    const reader = new TreeReader(root);
    const writer = new StepWriter(sink);
    const steps = writer.write(reader);
    while (runSlice(steps) === undefined) {
      if (writer.steps > STEPS_ALONE) readAhead ??= new ReadAhead();
      const position = writer.isInsideStep ? undefined : reader.position;
      if (readAhead?.isReady === true && position !== undefined) {
        await readAhead.goOn(root, position, writer, signal);
        break;
      }
      await nextTurn();
      checkSignal(root, signal);
    }
    writer.finish();
    return ok(writer.size);
  } catch (error) {
    return failureOf(error, root);
  } finally {
    readAhead?.dismiss();
  }
}

/**
 * The NAR of a tree as a stream for slow readers, without reading ahead. Chunks stay valid. Throws failures of
 * `dumpTree` as errors whose `cause` is the failure.
 */
export function* streamTree(hostPath: HostPath): Generator<Uint8Array, void, undefined> {
  const root = toByteString(hostPath);
  const chunks: Uint8Array[] = [];
  const writer = new StepWriter((chunk) => chunks.push(Buffer.from(chunk)));
  const steps = writer.write(new TreeReader(root));
  try {
    while (steps.next().done !== true) yield* chunks.splice(0);
    writer.finish();
    yield* chunks;
  } catch (error) {
    const failed = failureOf(error, root);
    if (failed.ok) throw error;
    throw new Error(failed.failure.message, { cause: failed.failure });
  } finally {
    // A reader that stops in the middle of a file must not leave it open.
    steps.return();
  }
}
