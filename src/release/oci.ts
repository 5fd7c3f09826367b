/**
 * Images in the layout of the Open Container Initiative (image-spec 1.1: image-layout.md, manifest.md, config.md), which podman, skopeo and
 * docker load take. The same bytes each time: nothing in it has a date or names a machine.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../result.js';
import { attempt, makeDirectory, type Store } from '../store/index.js';
import { writeLayer, type Layer } from './layer.js';

export interface Image extends Layer {
  /** What it is called in the layout. */
  readonly name: string;
  /** Directories in which programs are found, first /bin. */
  readonly programs: readonly string[];
  /** What is run when nothing is named. */
  readonly command: readonly string[];
}

/** When it all began, as these files want a date. */
const CREATED = '1970-01-01T00:00:01Z';

const TYPE = 'application/vnd.oci.image';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes a layout with some images into a directory that is not there or empty. */
export function writeImages(images: readonly Image[], store: Store, directory: string): Result<void> {
  const blobs = join(directory, 'blobs/sha256');
  const made = attempt('make', directory, () => {
    makeDirectory(directory);
    mkdirSync(join(directory, 'blobs'));
    mkdirSync(blobs);
  });
  if (!made.ok) return made;
  const manifests: object[] = [];
  for (const image of images) {
    const manifest = writeImage(image, store, blobs);
    if (!manifest.ok) return manifest;
    manifests.push({ ...manifest.value, platform: PLATFORM, annotations: { 'org.opencontainers.image.ref.name': image.name } });
  }
  return attempt('write', directory, () => {
    writeFileSync(join(directory, 'index.json'), json({ schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests }));
    writeFileSync(join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  });
}

const PLATFORM = { architecture: 'amd64', os: 'linux' };

function writeImage(image: Image, store: Store, blobs: string): Result<Descriptor> {
  const unnamed = join(blobs, 'layer');
  const layer = writeLayer(image, store, unnamed);
  if (!layer.ok) {
    rmSync(unnamed, { force: true });
    return err(layer.failure);
  }
  const { sha256, size } = layer.value;
  return attempt('write', blobs, () => {
    renameSync(unnamed, join(blobs, sha256));
    const config = writeBlob(blobs, `${TYPE}.config.v1+json`, {
      created: CREATED,
      ...PLATFORM,
      config: { Env: [`PATH=${['/bin', ...image.programs].join(':')}`], Cmd: image.command },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256}`] },
      history: [{ created: CREATED, created_by: 'zilch release' }],
    });
    return writeBlob(blobs, `${TYPE}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${TYPE}.manifest.v1+json`,
      config,
      layers: [{ mediaType: `${TYPE}.layer.v1.tar`, digest: `sha256:${sha256}`, size }],
    });
  });
}

function writeBlob(blobs: string, mediaType: string, value: object): Descriptor {
  const bytes = Buffer.from(json(value));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(blobs, sha256), bytes);
  return { mediaType, digest: `sha256:${sha256}`, size: bytes.length };
}

function json(value: object): string {
  return JSON.stringify(value);
}

/** A layer's paths and links for some outputs: all that they refer to, and their programs in /bin, the first of a name. */
export function layerOf(
  outputs: Parameters<Store['closure']>[0],
  programs: readonly (readonly [name: string, file: string])[],
  store: Store,
): Result<Layer> {
  const links = new Map<string, string>();
  for (const [name, file] of programs) if (!links.has(name)) links.set(name, file);
  return ok({ paths: store.closure(outputs), links });
}
