/**
 * A disk whose power can be cut: an ext4 file system in an image, which lies on a file system that can clone a file at one moment. A
 * clone holds all writes that had reached the disk by then and none of those after, as if the disk had lost its power.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, copyFileSync, fsyncSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd, tempDirectory } from '../support/store.js';

const DISK_BYTES = 512 * 1024 * 1024;
/** Less room than it says is taken: the file has holes. */
const SHELF_BYTES = 8 * 1024 * 1024 * 1024;

/** Why no disk can be made here; `undefined` if it can. */
export function whyNoDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting needs root';
  for (const [program, debianPackage] of [
    ['mkfs.xfs', 'xfsprogs'],
    ['mkfs.ext4', 'e2fsprogs'],
  ] as const) {
    // prettier-ignore
    if (spawnSync(program, ['-V']).error !== undefined) return `${program} is missing (apt-get install ${debianPackage})`;
  }
  const directory = tempDirectory();
  const image = emptyFile(join(directory, 'image'), SHELF_BYTES);
  execFileSync('mkfs.xfs', ['-q', image]);
  const mounted = spawnSync('mount', ['-o', 'loop', image, directory], { encoding: 'utf8' });
  if (mounted.status !== 0) return `file systems in files cannot be mounted: ${mounted.stderr.trim()}`;
  unmount(directory);
  return undefined;
}

export class Disk {
  /** Where the file system of the disk is. */
  readonly directory: string;
  private cuts = 0;

  private constructor(
    private readonly shelf: string,
    private readonly image: string,
  ) {
    this.directory = mount(image, join(shelf, 'disk'));
  }

  /** A new disk, which is deleted after the test. */
  static make(): Disk {
    const directory = tempDirectory();
    const shelfImage = emptyFile(join(directory, 'image'), SHELF_BYTES);
    execFileSync('mkfs.xfs', ['-q', '-m', 'reflink=1', shelfImage]);
    const shelf = mount(shelfImage, join(directory, 'shelf'));
    const image = emptyFile(join(shelf, 'image'), DISK_BYTES);
    execFileSync('mkfs.ext4', ['-q', image]);
    return new Disk(shelf, image);
  }

  /**
   * Cuts the power; gives the disk as it is afterwards, checked and mounted again. This one goes on. `writtenFirst` are files that the
   * file system happens to have written back by then, others it may not: it is free to choose an order.
   */
  cut(writtenFirst: readonly string[] = []): { readonly checkAndMount: () => string } {
    for (const file of writtenFirst) sync(file);
    const clone = join(this.shelf, `cut-${this.cuts++}`);
    copyFileSync(this.image, clone, constants.COPYFILE_FICLONE_FORCE);
    return {
      checkAndMount: () => {
        // 1: errors were corrected.
        const checked = spawnSync('e2fsck', ['-fy', clone], { encoding: 'utf8' });
        if (checked.status === null || checked.status > 1) throw new Error(`e2fsck: ${checked.stdout}${checked.stderr}`);
        return mount(clone, `${clone}.mounted`);
      },
    };
  }
}

function emptyFile(path: string, bytes: number): string {
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
}

/** For the length of the test. */
function mount(image: string, directory: string): string {
  mkdirSync(directory);
  execFileSync('mount', ['-o', 'loop', image, directory]);
  atEnd(() => unmount(directory));
  return directory;
}

/** Lazily: a process that made a mount namespace of its own meanwhile, as any sandbox does, has the mount, too. */
function unmount(directory: string): void {
  execFileSync('umount', ['--lazy', directory]);
}

function sync(file: string): void {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    // It is not there yet.
    return;
  }
  fsyncSync(fd);
  closeSync(fd);
}
