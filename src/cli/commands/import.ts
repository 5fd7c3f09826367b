import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { fileFailure } from '../file-failure.js';
import { importArchive } from '../../exchange/index.js';
import { ok, type Result } from '../../result.js';
import { withOpenStore } from '../../workspace/index.js';
import { perform, withStore, type StoreOptions } from '../command.js';
import { printLine } from '../output.js';

/** `zilch import` */
export function register(command: Command): void {
  command.argument('[file]', 'what `zilch export archive` or `nix-store --export` wrote (default: standard input)');
  withStore(command).option('--no-check-sigs', 'BELIEVE THE ARCHIVE: take also paths whose names do not prove what they hold');
  perform(command, importCommand);
}

function importCommand(file: string | undefined, options: StoreOptions & { checkSigs: boolean }): Promise<Result<undefined>> {
  return withOpenStore(options, async (store) => {
    const source = file === undefined ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
    try {
      const imported = await importArchive(store, source as AsyncIterable<Buffer>, { believe: !options.checkSigs });
      if (!imported.ok) return imported;
      for (const path of imported.value) printLine(path);
      return ok(undefined);
    } catch (error) {
      return fileFailure('read the archive from', file ?? 'standard input', error);
    }
  });
}
