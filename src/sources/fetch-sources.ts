/**
 * Gets sources into the store from any place that has their bytes. The place leaves no trace: a source's store path is
 * a function of its hash, and the store accepts only bytes with that hash.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StorePath } from '../formats/index.js';
import { sourcePath, type Source, type SourceLocation } from '../recipe/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { HttpClient, type Patience } from '../http/index.js';
import { attempt, removeTreeSync, type Store } from '../store/index.js';
import { debianMirrors } from './apt-mirrors.js';
import { download } from './download.js';
import { findFile, openLocalPlace, type LocalPlace } from './local-place.js';

/** Events while sources are fetched; `name` is the source's file name. */
export type FetchEvent =
  | { readonly type: 'fetch-start'; readonly name: string; readonly from: string; readonly size: number }
  | { readonly type: 'fetch-progress'; readonly name: string; readonly bytes: number; readonly size: number }
  | { readonly type: 'fetch-done'; readonly name: string; readonly path: StorePath }
  /** A place did not have the right bytes; `final` if it was the last. */
  | { readonly type: 'fetch-failed'; readonly name: string; readonly failure: Failure; readonly final: boolean };

export interface FetchOptions {
  readonly store: Store;
  /** Directories and bundles, tried in this order before anything on the network. */
  readonly places?: readonly string[] | undefined;
  /** Roots of Debian mirrors; by default those of `debianMirrors`. */
  readonly mirrors?: readonly string[] | undefined;
  /** Never touch the network. */
  readonly offline?: boolean | undefined;
  readonly emit?: ((event: FetchEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Time limits; by default those that the environment sets. */
  readonly patience?: Patience | undefined;
}

/** More would not be faster, and would burden the mirror. */
const PARALLEL_FETCHES = 4;

/** Milliseconds between two progress events of one source. */
const PROGRESS_INTERVAL_MS = 100;

/** What each source's fetching needs to know. */
interface Context {
  readonly store: Store;
  readonly places: readonly LocalPlace[];
  readonly mirrors: readonly string[];
  readonly offline: boolean;
  readonly emit: (event: FetchEvent) => void;
  readonly signal: AbortSignal | undefined;
  readonly client: HttpClient;
}

/**
 * Makes all the sources valid in the store, and keeps them from collection until it is closed. If some cannot be
 * fetched, the others are fetched nevertheless, and the failure `E_FETCH` lists what every place answered for each.
 */
export async function fetchSources(sources: Iterable<Source>, options: FetchOptions): Promise<Result<Map<Source, StorePath>>> {
  const { store, offline = false, emit = () => undefined, signal } = options;
  const places: LocalPlace[] = [];
  for (const path of options.places ?? []) {
    const place = openLocalPlace(path);
    if (!place.ok) return place;
    places.push(place.value);
  }
  const opened = HttpClient.open(process.env, options.patience);
  if (!opened.ok) return opened;
  const client = opened.value;
  const context: Context = { store, places, mirrors: options.mirrors ?? debianMirrors(), offline, emit, signal, client };
  const wanted = [...new Set(sources)];
  const fetched = new Map<Source, StorePath>();
  const failures: Failure[] = [];
  const queue = wanted.values();
  const worker = async (): Promise<void> => {
    for (const source of queue) {
      const result = await fetchSource(source, context);
      if (result.ok) fetched.set(source, result.value);
      else failures.push(result.failure);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL_FETCHES }, worker));
  } finally {
    await client.close();
  }
  const [first] = failures;
  if (first === undefined) return ok(fetched);
  if (failures.length === 1 || signal?.aborted === true) return err(first);
  const message = `${failures.length} of ${wanted.length} sources could not be fetched:\n${failures.map((failure) => failure.message).join('\n')}`;
  return fail('E_FETCH', message, first.hint, first);
}

async function fetchSource(source: Source, context: Context): Promise<Result<StorePath>> {
  const path = sourcePath(source);
  const rooted = await context.store.addTempRoot(path);
  if (!rooted.ok) return rooted;
  if (context.store.isValid(path)) return ok(path);
  // One process downloads; those that wait for the lock then find the path valid.
  return context.store.withLock(`fetch-${source.sha256}`, async () => (context.store.isValid(path) ? ok(path) : tryPlaces(source, context)), {
    signal: context.signal,
  });
}

/** One way to get the bytes. */
interface Attempt {
  readonly from: string;
  readonly run: () => Promise<Result<StorePath>>;
}

async function tryPlaces(source: Source, context: Context): Promise<Result<StorePath>> {
  const failures: Failure[] = [];
  const attempts = attemptsFor(source, context, failures);
  for (const [index, { from, run }] of attempts.entries()) {
    if (context.signal?.aborted === true) return fail('E_CANCELLED', `stopped before ${source.file} was there`);
    context.emit({ type: 'fetch-start', name: source.file, from, size: source.size });
    const result = await run();
    if (result.ok) {
      context.emit({ type: 'fetch-done', name: source.file, path: result.value });
      return result;
    }
    // Another place does not help against these.
    if (['E_CANCELLED', 'E_DISK_FULL', 'E_READ_ONLY', 'E_PERMISSION'].includes(result.failure.code)) return result;
    failures.push(result.failure);
    if (index < attempts.length - 1) context.emit({ type: 'fetch-failed', name: source.file, failure: result.failure, final: false });
  }
  const failure = nowhere(source, failures, context);
  context.emit({ type: 'fetch-failed', name: source.file, failure, final: true });
  return err(failure);
}

/** The places to try, in order; those that cannot work go to `failures`. */
function attemptsFor(source: Source, context: Context, failures: Failure[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const place of context.places) {
    const found = place.find(source);
    if (!found.ok) failures.push(found.failure);
    else if (found.value !== undefined) attempts.push({ from: found.value.from, run: () => takeCopy(source, found.value!, context) });
  }
  for (const location of source.locations) {
    for (const url of urlsOf(location, context.mirrors)) {
      if (url.startsWith('file:')) attempts.push({ from: url, run: () => takeFile(source, fileURLToPath(url), context) });
      else if (!context.offline) attempts.push({ from: url, run: () => fetchUrl(source, url, context) });
    }
  }
  return attempts;
}

function urlsOf(location: SourceLocation, mirrors: readonly string[]): string[] {
  // A "+" in a path means "+", but some servers read it as a blank; all read %2B the same.
  return location.kind === 'url'
    ? [location.url]
    : mirrors.map((mirror) => `${mirror}/${location.path.split('/').map(encodeURIComponent).join('/')}`);
}

async function takeFile(source: Source, file: string, context: Context): Promise<Result<StorePath>> {
  const found = findFile(file, source);
  if (!found.ok) return found;
  return found.value === undefined ? fail('E_FETCH', `there is no file ${file}`) : takeCopy(source, found.value, context);
}

async function takeCopy(
  source: Source,
  found: { readonly from: string; readonly copyTo: (target: string) => Result<void> },
  context: Context,
): Promise<Result<StorePath>> {
  const place = context.store.tempPlace();
  if (!place.ok) return place;
  try {
    const copied = found.copyTo(place.value);
    // If this place cannot be read, another may be; if the store is full, no other place helps.
    if (!copied.ok) return copied.failure.code === 'E_DISK_FULL' ? copied : fail('E_FETCH', copied.failure.message, undefined, copied.failure);
    const added = await context.store.addFlatFile(source.file, place.value, { sha256: source.sha256, move: true });
    return added.ok ? added : err(renamed(added.failure, place.value, found.from));
  } finally {
    removeTreeSync(place.value);
  }
}

async function fetchUrl(source: Source, url: string, context: Context): Promise<Result<StorePath>> {
  const directory = context.store.layout.partialDir;
  const made = attempt('make', directory, () => mkdirSync(directory, { recursive: true }));
  if (!made.ok) return made;
  const partFile = join(directory, `${source.sha256}.part`);
  for (;;) {
    const resumed = existsSync(partFile);
    const downloaded = await download({
      url,
      partFile,
      size: source.size,
      client: context.client,
      signal: context.signal,
      progress: progressOf(source, context.emit),
    });
    if (!downloaded.ok) return downloaded;
    const added = await context.store.addFlatFile(source.file, partFile, { sha256: source.sha256, move: true });
    if (added.ok) return added;
    // The beginning may have come from another place. Try once more, with all of it from here.
    if (added.failure.code !== 'E_HASH' || !resumed) return err(renamed(added.failure, partFile, url));
  }
}

/** At most ten events a second, and always the last. */
function progressOf(source: Source, emit: Context['emit']): (bytes: number) => void {
  let last = 0;
  return (bytes) => {
    const now = Date.now();
    if (bytes < source.size && now - last < PROGRESS_INTERVAL_MS) return;
    last = now;
    emit({ type: 'fetch-progress', name: source.file, bytes, size: source.size });
  };
}

/** The message names the place and not the temporary file. */
function renamed(failure: Failure, file: string, from: string): Failure {
  return failure.code === 'E_HASH' ? { ...failure, message: failure.message.replace(file, from) } : failure;
}

function nowhere(source: Source, failures: readonly Failure[], { places, offline, mirrors }: Context): Failure {
  const debian = source.locations.flatMap((location) => (location.kind === 'debian' ? [`Debian pool path ${location.path}`] : []));
  const reasons = failures.map(({ message }) => message);
  for (const { path } of places) if (!reasons.some((reason) => reason.includes(path))) reasons.push(`not found in ${path}`);
  if (offline) reasons.push('the network was not used (--offline)');
  else if (debian.length > 0 && mirrors.length === 0)
    reasons.push('no Debian mirror is known: apt is not configured here, and ZILCH_DEBIAN_MIRROR is not set');
  const other = source.locations.find((location) => location.kind === 'url' && reasons.some((reason) => reason.includes(`${location.url} has `)));
  const look = other?.kind === 'url' ? `; \`zilch sources add ${other.url}\` tells size and hash of what is there now` : '';
  const what = [`${source.size} bytes`, `sha256 ${source.sha256}`, ...debian].join(', ');
  return {
    code: 'E_FETCH',
    message: [`${source.file} (${what}) could not be fetched:`, ...reasons].join('\n  '),
    hint: `put the file into a directory and give that with --sources DIR${debian.length === 0 ? '' : ', or name a mirror or snapshot that still has it with ZILCH_DEBIAN_MIRROR'}${look}`,
    cause: failures[0],
  };
}
