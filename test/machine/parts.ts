/** What a medium is made of, as small as it can be: the distribution's own loaders and image writer, by this machine's compiler, and kernels that only talk. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DISTRIBUTION = fileURLToPath(new URL('../../bootstrap/5-distribution', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The first of these programs that is there, also with a version's number behind its name, as Debian has them. */
export function findTool(...names: readonly string[]): string | undefined {
  const versions = ['', ...Array.from({ length: 17 }, (_, index) => `-${String(30 - index)}`)];
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/sbin', '/usr/sbin'];
  return names
    .flatMap((name) => versions.flatMap((version) => folders.map((folder) => join(folder, name + version))))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Why the programs cannot be made here. */
export function lacking(): string | undefined {
  const missing = ['clang', 'ld.lld', 'cc'].filter((name) => findTool(name) === undefined);
  return missing.length === 0 ? undefined : `not here: ${missing.join(', ')}`;
}

/** A folder with the parts, and media made of them. */
export class Parts {
  readonly folder = mkdtempSync(join(tmpdir(), 'zilch-parts-'));
  readonly writer = join(this.folder, 'zilch-image');

  /** Compiles everything. */
  static make(): Parts {
    const parts = new Parts();
    const { folder } = parts;
    parts.flat(join(DISTRIBUTION, 'boot/loader.S'), '0x7c00', 'loader.bin');
    parts.flat(join(HERE, 'kernel.S'), '0', 'kernel');
    parts.efi(join(DISTRIBUTION, 'boot/menu.c'), 'menu.efi');
    parts.efi(join(HERE, 'efi-kernel.c'), 'efi-kernel');
    const sources = ['image', 'common', 'fat', 'iso', 'gpt', 'describe'].map((name) => join(DISTRIBUTION, `image/${name}.c`));
    run('cc', ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', '-o', parts.writer, ...sources]);
    parts.write('entries', 'Zilch, under test\n1 @ ffff the usual|first words\n2 @ ffff the other|second words\np ~ ffff before|old words\n');
    parts.write('initrd', `${'what the initial file system is'.padEnd(32)}${'x'.repeat(70_000)}`);
    parts.write('system', 'the system'.repeat(50_000));
    mkdirSync(join(folder, 'media'));
    return parts;
  }

  /** A file of the folder. */
  file(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Buffer): void {
    writeFileSync(this.file(name), content);
  }

  /** Runs the image writer; what it printed. */
  image(command: string, medium: string, options: Readonly<Record<string, string>> = {}): string {
    return run(this.writer, [command, this.file(medium), ...Object.entries(options).map(([name, value]) => `${name}=${value}`)]);
  }

  /** The options that name the parts. */
  options(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
    const files = { loader: 'loader.bin', menu: 'menu.efi', entries: 'entries', kernel: 'kernel', initrd: 'initrd', root: 'system', ...changes };
    const sha256 = createHash('sha256')
      .update(readFileSync(this.file(files.root)))
      .digest('hex');
    const named = Object.entries(files).map(([name, value]) => [name, name in PATHS ? this.file(value) : value]);
    return { ...(Object.fromEntries(named) as Record<string, string>), sha256 };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private flat(source: string, at: string, to: string): void {
    run('clang', ['--target=i386-elf', '-c', source, '-o', this.file('object')]);
    run('ld.lld', [`-Ttext=${at}`, '--oformat=binary', this.file('object'), '-o', this.file(to)]);
  }

  private efi(source: string, to: string): void {
    const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-ffreestanding', '-fshort-wchar', '-mno-red-zone', '-fno-stack-protector', '-O2'];
    run('clang', [
      '--target=x86_64-elf',
      ...flags,
      '-fpic',
      '-fvisibility=hidden',
      '-fno-asynchronous-unwind-tables',
      '-c',
      source,
      '-o',
      this.file('object'),
    ]);
    run('clang', ['--target=x86_64-elf', '-c', join(DISTRIBUTION, 'boot/efi-header.S'), '-o', this.file('header')]);
    run('ld.lld', ['-T', join(DISTRIBUTION, 'boot/efi.ld'), '--oformat=binary', '-o', this.file(to), this.file('header'), this.file('object')]);
  }
}

const PATHS = { loader: 0, menu: 0, entries: 0, kernel: 0, initrd: 0, root: 0 };

function run(program: string, args: readonly string[]): string {
  return execFileSync(program.includes('/') ? program : (findTool(program) ?? program), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
