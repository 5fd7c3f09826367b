/**
 * Draws how large what is on the CD is: `npx jiti test/machine/sizes.ts >docs/pictures/live-cd-sizes.svg`. A bar for each store path: what it
 * takes compressed, as the CD's file system compresses (zstd, level 15), and what it holds. Kernel and initial file system are as they lie there.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const zilch = fileURLToPath(new URL('../../zilch', import.meta.url));
const path = (target: string): string => execFileSync(zilch, ['path', target], { encoding: 'utf8' }).trim();
const ROWS = 16;
const MIB = 1 << 20;

interface Row {
  readonly name: string;
  readonly held: number;
  readonly compressed: number;
}

const system = path('live-system');
const store = dirname(system);
const tools = join(path('squashfs-tools'), 'bin');
const listed = execFileSync(join(tools, 'unsquashfs'), ['-lls', system], { encoding: 'utf8', maxBuffer: 1 << 28 });

const held = new Map<string, number>();
for (const line of listed.split('\n')) {
  const match = /^-\S+ \S+ +(\d+) \S+ \S+ squashfs-root\/nix\/store\/([^/\n]+)/.exec(line);
  if (match !== null) held.set(match[2] ?? '', (held.get(match[2] ?? '') ?? 0) + Number(match[1]));
}
const folder = mkdtempSync(join(tmpdir(), 'zilch-sizes-'));
function packed(name: string): number {
  const file = join(folder, 'packed');
  execFileSync(join(tools, 'mksquashfs'), [
    join(store, name),
    file,
    ...'-comp zstd -Xcompression-level 15 -no-xattrs -noappend -quiet -no-progress'.split(' '),
  ]);
  return statSync(file).size;
}
const rows: Row[] = [...held].map(([name, bytes]) => ({ name: name.slice(33), held: bytes, compressed: packed(name) }));
for (const [name, file] of [
  ['kernel', join(path('linux'), 'bzImage')],
  ['initial file system', path('live-initrd')],
] as const)
  rows.push({ name, held: statSync(file).size, compressed: statSync(file).size });
rmSync(folder, { recursive: true });
rows.sort((a, b) => b.compressed - a.compressed);
const small = rows.splice(ROWS);
const sum = (of: readonly Row[], what: 'held' | 'compressed'): number => of.reduce((total, row) => total + row[what], 0);
rows.push({ name: `${String(small.length)} more`, held: sum(small, 'held'), compressed: sum(small, 'compressed') });

const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
const scale = 520 / Math.max(...rows.map((row) => row.held));
const drawn = rows.map((row, index) => {
  const y = 46 + index * 20;
  return [
    `<text x="170" y="${String(y + 11)}" text-anchor="end">${row.name}</text>`,
    `<rect class="held" x="178" y="${String(y)}" width="${(row.held * scale).toFixed(1)}" height="14"/>`,
    `<rect class="packed" x="178" y="${String(y)}" width="${(row.compressed * scale).toFixed(1)}" height="14"/>`,
    `<text class="soft" x="${(184 + row.held * scale).toFixed(1)}" y="${String(y + 11)}">${mib(row.compressed)} of ${mib(row.held)}</text>`,
  ].join('');
});
const height = 56 + rows.length * 20;
const title = `${basename(path('live-cd')).slice(33)}: ${mib(statSync(path('live-cd')).size)} MiB`;
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="820" height="${String(height)}" viewBox="0 0 820 ${String(height)}" role="img" aria-label="${title}"><style>
svg{--paper:#fcfbf8;--ink:#1d1c1a;--soft:#66625b;--held:#d8d3c8;--packed:#2c6e63;font:12.5px ui-sans-serif,system-ui,"DejaVu Sans",sans-serif;background:var(--paper)}
@media(prefers-color-scheme:dark){svg{--paper:#161513;--ink:#ece8df;--soft:#a49e93;--held:#3a3732;--packed:#6fc2b0}}
text{fill:var(--ink)}.soft{fill:var(--soft);font-size:11px}.held{fill:var(--held)}.packed{fill:var(--packed)}
</style><text x="12" y="22" font-weight="600">${title}</text><text class="soft" x="178" y="22">MiB on the CD, compressed, of what is in the files</text>
${drawn.join('\n')}
</svg>`);
