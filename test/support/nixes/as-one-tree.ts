/** Debian's Nix as a tree that refers to nothing outside itself, as the chain's own is one program: to stand in for it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StorePath } from '../../../src/formats/index.js';
import { unwrap } from '../../../src/result.js';
import { addTreeOnce, type Store } from '../../../src/store/index.js';

/** Calls the loader beside it, which takes the libraries beside it. Nix finds its other programs by a variable. */
const LAUNCHER = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
  char self[4096], loader[4200], libraries[4200], program[4200], bin[4200];
  char **args = calloc(argc + 6, sizeof *args);
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return 1;
  self[length] = 0;
  for (int i = 0; i < 2; i++) *strrchr(self, '/') = 0;
  sprintf(loader, "%s/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", self);
  sprintf(libraries, "%s/usr/lib/x86_64-linux-gnu", self);
  sprintf(program, "%s/usr/bin/nix", self);
  sprintf(bin, "%s/bin", self);
  setenv("NIX_BIN_DIR", bin, 1);
  args[0] = loader, args[1] = "--argv0", args[2] = "nix", args[3] = "--library-path", args[4] = libraries, args[5] = program;
  memcpy(args + 6, argv + 1, argc * sizeof *args);
  execv(loader, args);
  return 1;
}
`;

/** Adds it to a store. `programs` is what `unpackedNix` gives. */
export async function addNixAsOneTree(store: Store, programs: string): Promise<StorePath> {
  const unpacked = dirname(programs);
  const directory = mkdtempSync(join(tmpdir(), 'zilch-nix-'));
  try {
    const tree = join(directory, 'nix');
    for (const part of ['bin', 'usr/bin']) mkdirSync(join(tree, part), { recursive: true });
    for (const part of ['usr/bin/nix', 'usr/lib/x86_64-linux-gnu']) cpSync(join(unpacked, part), join(tree, part), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(directory, 'launcher.c'), LAUNCHER);
    execFileSync('cc', ['-static', '-O1', '-w', '-o', join(tree, 'bin/nix'), join(directory, 'launcher.c')]);
    return unwrap(await addTreeOnce(store, 'nix-of-debian', tree));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
