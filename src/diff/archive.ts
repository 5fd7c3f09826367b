/** Static libraries: `ar` archives as GNU and BSD write them. Source: ar(5), and the System V ABI, "Archive File". */

const MAGIC = '!<arch>\n';
const HEADER = 60;

/** The members by name, the second of a name as `name (2)`; `undefined` if the file is no archive or is damaged. */
export function archiveMembers(bytes: Buffer): ReadonlyMap<string, Buffer> | undefined {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const members = new Map<string, Buffer>();
  let longNames = '';
  for (let at = MAGIC.length; at < bytes.length;) {
    const header = bytes.toString('latin1', at, at + HEADER);
    const size = Number(header.slice(48, 58).trim());
    if (!header.endsWith('`\n') || !Number.isSafeInteger(size) || size < 0 || at + HEADER + size > bytes.length) return undefined;
    const data = bytes.subarray(at + HEADER, at + HEADER + size);
    const field = header.slice(0, 16).trimEnd();
    if (field === '//') longNames = data.toString('latin1');
    else members.set(unused(members, nameOf(field, longNames)), data);
    at += HEADER + size + (size % 2);
  }
  return members;
}

function nameOf(field: string, longNames: string): string {
  if (field === '/' || field === '/SYM64/') return 'index of symbols';
  const offset = /^\/(\d+)$/.exec(field)?.[1];
  const name = offset === undefined ? field : (longNames.slice(Number(offset)).split('\n', 1)[0] ?? '');
  return name.replace(/\/$/, '');
}

function unused(members: ReadonlyMap<string, unknown>, name: string): string {
  let unique = name;
  for (let count = 2; members.has(unique); count++) unique = `${name} (${count})`;
  return unique;
}
