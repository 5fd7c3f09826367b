/**
 * Which Debian mirrors this machine uses, read from apt's configuration in both its forms. Source: sources.list(5).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line or stanza of apt's that names an archive of packages. */
interface AptEntry {
  readonly uris: readonly string[];
  readonly components: readonly string[];
}

/**
 * Roots of Debian mirrors, without a final slash, in the order to try: those of `ZILCH_DEBIAN_MIRROR` (separated by
 * spaces) if it is set, else those apt is configured with. Empty if neither names one.
 */
export function debianMirrors(environment: NodeJS.ProcessEnv = process.env, aptDirectory = '/etc/apt'): string[] {
  const chosen = environment['ZILCH_DEBIAN_MIRROR']?.trim();
  const uris =
    chosen === undefined || chosen === ''
      ? readAptEntries(aptDirectory)
          .filter(isDebian)
          .flatMap(({ uris }) => uris)
      : chosen.split(/\s+/);
  return [...new Set(uris.flatMap(expandMirrorList).map((uri) => uri.replace(/\/+$/, '')))].filter(isUsable);
}

/** Reads the one-line form: `deb [options] uri suite component…`. */
export function parseSourcesList(text: string): AptEntry[] {
  const entries: AptEntry[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s*)?(\S+)\s+\S+\s*([^#]*)/.exec(line);
    if (match !== null) entries.push({ uris: [match[1]!], components: words(match[2]!) });
  }
  return entries;
}

/** Reads the deb822 form: stanzas of `Field: value`, values continue in indented lines. */
export function parseDeb822Sources(text: string): AptEntry[] {
  const entries: AptEntry[] = [];
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  for (const stanza of withoutComments.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t]+.*)*)/gm)) fields.set(match[1]!.toLowerCase(), match[2]!);
    if (/^\s*(no|false|0|off|disable)\s*$/i.test(fields.get('enabled') ?? '')) continue;
    entries.push({ uris: words(fields.get('uris') ?? ''), components: words(fields.get('components') ?? '') });
  }
  return entries;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function readAptEntries(directory: string): AptEntry[] {
  const parts = join(directory, 'sources.list.d');
  const files = [join(directory, 'sources.list'), ...namesIn(parts).map((name) => join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.sources')) return parseDeb822Sources(textOf(file));
    return file.endsWith('.list') ? parseSourcesList(textOf(file)) : [];
  });
}

/**
 * Archives of other vendors do not have Debian's pool. A Debian mirror has the component `main` below a directory named
 * `debian`. If another archive looks the same, it costs one request, because its answer is checked by hash.
 */
function isDebian({ uris, components }: AptEntry): boolean {
  return components.includes('main') && uris.some((uri) => /\/debian\/?$/.test(uri) || /^mirror\+file:.*debian/.test(uri));
}

/** `mirror+file:` names a file with one URI a line, as in cloud images. */
function expandMirrorList(uri: string): string[] {
  const list = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri);
  if (list === null) return [uri];
  return textOf(list[1]!)
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function isUsable(uri: string): boolean {
  return /^(https?|file):/.test(uri);
}

/** Missing or unreadable configuration names no mirror. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
