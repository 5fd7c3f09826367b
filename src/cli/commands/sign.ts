import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { checkKeyName, nixFiles, publicKeyFiles, signatureFiles } from '../../evidence/index.js';
import { ok, type Result } from '../../result.js';
import { attempt, makeDirectory } from '../../store/index.js';
import { readSecretKeys } from '../../workspace/index.js';
import { perform } from '../command.js';
import { printLine } from '../output.js';

/** `zilch sign` */
export function register(command: Command): void {
  command
    .argument('<files...>', 'files to sign, such as SHA256SUMS')
    .requiredOption('--key <file>', 'the secret key to sign with, as `zilch cache key` makes it')
    .option('--public <dir>', 'write the public key there, in the form of each of the programs');
  command.addHelpText(
    'after',
    '\nWrites FILE.minisig, FILE.sig and FILE.sshsig, for minisign, signify and ssh-keygen, and FILE.nix/, a binary cache for Nix.',
  );
  perform(command, signCommand);
}

// eslint-disable-next-line @typescript-eslint/require-await -- like all commands
async function signCommand(files: readonly string[], options: { readonly key: string; readonly public?: string }): Promise<Result<undefined>> {
  const keys = readSecretKeys([options.key]);
  if (!keys.ok) return keys;
  const secret = keys.value[0]!;
  const named = checkKeyName(secret.name);
  if (!named.ok) return named;
  const outputs: (readonly [file: string, bytes: Buffer])[] = [];
  for (const file of files) {
    const bytes = attempt('read', file, () => readFileSync(file));
    if (!bytes.ok) return bytes;
    const beside = [...signatureFiles(basename(file), bytes.value, secret), ...nixFiles(basename(file), bytes.value, secret)];
    outputs.push(...beside.map(([name, signature]) => [join(dirname(file), name), signature] as const));
  }
  const { public: directory } = options;
  if (directory !== undefined) outputs.push(...publicKeyFiles(secret).map(([name, bytes]) => [join(directory, name), bytes] as const));
  for (const [file, bytes] of outputs) {
    const written = attempt('write', file, () => {
      makeDirectory(dirname(file));
      writeFileSync(file, bytes);
    });
    if (!written.ok) return written;
    printLine(file);
  }
  return ok(undefined);
}
