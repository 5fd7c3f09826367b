import { closeSync, readSync } from 'node:fs';
import { NarWriter } from '../../formats/index.js';
import { problem } from './tree-problem.js';
import type { ReadStep } from './tree-reader.js';

/** Writes the steps of a reader as a NAR, and closes their files. */
export class StepWriter {
  private readonly nar: NarWriter;
  private insideStep = false;
  private written = 0;

  constructor(sink: (chunk: Uint8Array) => void) {
    this.nar = new NarWriter(sink);
  }

  /** True while `write` is paused in the middle of a step. */
  get isInsideStep(): boolean {
    return this.insideStep;
  }

  /** Steps written so far. */
  get steps(): number {
    return this.written;
  }

  /** Bytes of the NAR so far. */
  get size(): number {
    return this.nar.size;
  }

  /** Writes steps; yields wherever it may be paused. */
  *write(steps: Iterable<ReadStep>): Generator<undefined, void, undefined> {
    for (const step of steps) {
      this.insideStep = true;
      yield* this.step(step);
      this.insideStep = false;
      this.written++;
      yield;
    }
  }

  /** Passes on the rest after the last step. */
  finish(): void {
    this.nar.finish();
  }

  private *step(step: ReadStep): Generator<undefined, void, undefined> {
    const { kind, name } = step;
    if (name !== undefined && kind !== 'leave') this.nar.entry(Buffer.from(name, 'latin1'));
    switch (kind) {
      case 'file':
        yield* this.file(step);
        break;
      case 'symlink':
        this.nar.symlink(step.target);
        break;
      case 'directory':
        this.nar.beginDirectory();
        break;
      case 'leave':
        this.nar.endDirectory();
        break;
    }
    if (name !== undefined && kind !== 'directory') this.nar.endEntry();
  }

  private *file({ fd, size, isExecutable, name }: Extract<ReadStep, { kind: 'file' }>): Generator<undefined, void, undefined> {
    const read = (memory: Buffer, offset: number, length: number): number => {
      const count = length === 0 ? 0 : readSync(fd, memory, offset, length, null);
      if (count === 0 && length > 0)
        problem('E_FILE_CHANGED', `a file of ${size} bytes (${name ?? 'the whole tree'}) became shorter while it was read`);
      return count;
    };
    try {
      this.nar.file(isExecutable, size);
      while (this.nar.fill(read) > 0) yield;
      this.nar.endFile();
    } finally {
      closeSync(fd);
    }
  }
}
