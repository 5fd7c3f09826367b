/** The page's data, from its server or from the files beside it. */
import { signal, type Signal } from '@preact/signals';
import type { Run } from '../../report/index.js';
import { dataFileName } from '../data-file-name.js';
import type { ChainResource, ResourceTypes } from '../resources.js';

export type Loaded<T> =
  { readonly state: 'loading' } | { readonly state: 'there'; readonly value: T } | { readonly state: 'failed'; readonly message: string };

/** True in a static report. */
export const FROM_FILES = document.documentElement.hasAttribute('data-from-files');

export const chain: Signal<Loaded<ChainResource>> = signal({ state: 'loading' });
/** Newest first. */
export const runs: Signal<readonly Run[]> = signal([]);
/** Whether changes arrive: `off` in a static report. */
export const connection: Signal<'off' | 'live' | 'lost'> = signal(FROM_FILES ? 'off' : 'lost');

type Kind = keyof ResourceTypes;
type Key<K extends Kind> = K extends 'chain' | 'runs' | 'evidence' ? K : `${K}/${string}`;

/** Loads a resource again. */
export async function load<K extends Kind>(key: Key<K>, from?: number): Promise<Loaded<ResourceTypes[K]>> {
  try {
    return { state: 'there', value: (FROM_FILES ? await fromFile(key) : await fromServer(key, from)) as ResourceTypes[K] };
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function fromServer(key: string, from = 0): Promise<unknown> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const response = await window.fetch(`data/${path}${from === 0 ? '' : `?from=${from}`}`);
  const json: unknown = await response.json();
  if (!response.ok) throw new Error((json as { message: string }).message);
  return json;
}

const waiting = new Map<string, (value: unknown) => void>();
const read = new Map<string, unknown>();
Object.assign(globalThis, {
  zilchData: (key: string, value: unknown) => {
    read.set(key, value);
    waiting.get(key)?.(value);
  },
});

function fromFile(key: string): Promise<unknown> {
  if (read.has(key)) return Promise.resolve(read.get(key));
  return new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    const script = document.createElement('script');
    script.src = `data/${dataFileName(key)}`;
    script.onerror = () => reject(new Error(`this report has no ${key}`));
    document.head.append(script);
  });
}

/** Loads what every view needs, and follows changes. */
export function start(): void {
  void refreshChain();
  if (FROM_FILES) {
    void load<'runs'>('runs').then((loaded) => {
      if (loaded.state === 'there') runs.value = loaded.value;
    });
    return;
  }
  const events = new EventSource('data/events');
  events.addEventListener('runs', (event) => {
    connection.value = 'live';
    const changed = JSON.parse((event as MessageEvent<string>).data) as readonly Run[];
    const before = finishedBuilds(runs.value);
    const merged = new Map([...runs.value, ...changed].map((run) => [run.id, run]));
    runs.value = [...merged.values()].sort((a, b) => b.startedAt - a.startedAt);
    // Sizes, hashes and pins come with the chain's report.
    if (chain.value.state !== 'loading' && finishedBuilds(runs.value) !== before) void refreshChain();
  });
  events.onerror = () => {
    connection.value = 'lost';
  };
}

async function refreshChain(): Promise<void> {
  chain.value = await load<'chain'>('chain');
}

function finishedBuilds(some: readonly Run[]): number {
  return some.reduce((sum, { builds, running }) => sum + builds.filter(({ endedAt }) => endedAt !== undefined).length + (running ? 0 : 1), 0);
}
