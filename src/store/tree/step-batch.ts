import type { ReadStep } from './tree-reader.js';

/**
 * Steps in the form in which they are passed between threads: few and flat arrays, because passing an object costs as
 * much as opening its file.
 */
export interface StepBatch {
  /** A letter for each step. */
  readonly kinds: string;
  /** A name for each step, separated by slashes, which no name has; empty at the root. */
  readonly names: string;
  /** Descriptor and size of each file, alternating. */
  readonly files: Float64Array;
  readonly targets: readonly Uint8Array[];
}

const KINDS = { file: 'f', executable: 'x', symlink: 'l', directory: 'd', leave: 'e' } as const;

export function packSteps(steps: readonly ReadStep[]): StepBatch {
  const kinds: string[] = [];
  const names: string[] = [];
  const files: number[] = [];
  const targets: Uint8Array[] = [];
  for (const step of steps) {
    kinds.push(step.kind === 'file' && step.isExecutable ? KINDS.executable : KINDS[step.kind]);
    names.push(step.name ?? '');
    if (step.kind === 'file') files.push(step.fd, step.size);
    if (step.kind === 'symlink') targets.push(step.target);
  }
  return { kinds: kinds.join(''), names: names.join('/'), files: Float64Array.from(files), targets };
}

export function unpackSteps({ kinds, names, files, targets }: StepBatch): ReadStep[] {
  const each = names.split('/');
  let file = 0;
  let target = 0;
  return each.slice(0, kinds.length).map((text, index): ReadStep => {
    const name = text === '' ? undefined : text;
    switch (kinds[index]) {
      case KINDS.symlink:
        return { kind: 'symlink', name, target: targets[target++]! };
      case KINDS.directory:
        return { kind: 'directory', name };
      case KINDS.leave:
        return { kind: 'leave', name };
      default:
        return { kind: 'file', name, fd: files[file++]!, size: files[file++]!, isExecutable: kinds[index] === KINDS.executable };
    }
  });
}
