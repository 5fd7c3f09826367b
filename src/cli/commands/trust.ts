import type { Command } from 'commander';
import { collectReport, lookAt, type LookedAt } from '../../inspect/index.js';
import { foundationOf, premises, type ChainReport, type Foundation } from '../../report/index.js';
import { fail, ok, type Result } from '../../result.js';
import { findTarget } from '../../chain/index.js';
import { parseStorePathBaseName } from '../../formats/index.js';
import { withView, type Session } from '../../workspace/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatBytes, formatCount, formatTable, wrap } from '../format.js';
import { printJson, printLine } from '../output.js';

/** `zilch trust` */
export function register(command: Command): void {
  withJson(withChain(command.argument('[what]', 'target, target^output, store path, or a file below one (default: the chain’s default target)')));
  perform(command, (what: string | undefined, options: ChainOptions & { json?: true }) =>
    withView(options, async (session) => {
      const report = await collectReport(session);
      if (!report.ok) return report;
      const id = makerOf(session, report.value, what ?? report.value.defaultTarget);
      if (!id.ok) return id;
      const looked = what === undefined || !what.includes('nix/store/') ? ok(undefined) : await lookAt(what, session, report.value);
      if (!looked.ok) return looked;
      const trust = foundationOf(report.value, id.value);
      if (trust === undefined) throw new Error(`Internal error: the report has no ${id.value}`);
      const file = looked.value;
      if (options.json === true) printJson({ ...trust, premises: premises(trust), ...(file === undefined ? {} : { file }) });
      else {
        const width = process.stdout.columns || 120;
        for (const line of file === undefined ? [] : [...fileLines(file, width), '']) printLine(line);
        for (const line of lines(trust, width)) printLine(line);
      }
      return file === undefined || file.isRegistered
        ? ok(undefined)
        : fail(
            'E_STORE_DAMAGED',
            `${file.path} is not what was registered when it was built`,
            'zilch verify-store --repair deletes what is damaged, and the next build makes it again',
          );
    }),
  );
}

/** The recipe that made something; store paths may be logical, or lie below the store's root. */
function makerOf(session: Session, report: ChainReport, what: string): Result<string> {
  const baseName = /(?:^|\/)nix\/store\/([^/]+)/.exec(what)?.[1];
  if (baseName === undefined) {
    const found = findTarget(session.loaded.chain, what);
    return found.ok ? ok(found.value.target.name) : found;
  }
  const path = parseStorePathBaseName(baseName);
  if (!path.ok) return path;
  const maker = report.recipes.find(({ drvPath, outputs }) => drvPath === path.value || outputs.some(({ built }) => built?.path === path.value));
  return maker === undefined
    ? fail('E_TARGET', `nothing in this chain makes ${path.value}`, 'sources and the seed are made by nobody here: they are what trust begins with')
    : ok(maker.id);
}

function fileLines(file: LookedAt, width: number): string[] {
  const { output, relative, kind, sha256, size, isRegistered, pinned } = file;
  const inside = relative === '' ? `all of ${output}` : `${relative} of ${output}`;
  return [
    ...wrap(`This is ${inside}: ${kind}${sha256 === undefined ? '' : `, ${size ?? 0} bytes, sha256 ${sha256}`}.`, width),
    ...wrap(
      isRegistered
        ? `Every byte of ${output} was read now: it is what was registered when it was built, ${pinned === 'same' ? 'and what is pinned' : pinned === 'new' ? 'and nothing is pinned' : 'but NOT what is pinned'}.`
        : `Every byte of ${output} was read now: it is NOT what was registered when it was built.`,
      width,
    ),
  ];
}

function lines(trust: Foundation, width: number): string[] {
  const { recipe, way, seeds, sources, totals, recipes } = trust;
  const takes = (paths: readonly string[]): string =>
    sources
      .filter(({ path }) => paths.includes(path))
      .map(({ file, size }) => `${file} (${formatBytes(size)})`)
      .join(', ');
  const step = (name: string, from: string): string[] => wrap(from === '' ? `  ${name}` : `  ${name}  from ${from}`, width, '      ');
  return [
    ...wrap(
      `${recipe.id} rests on ${totals.seeds.toLocaleString('en')} bytes of binary that nothing here made, on ${formatBytes(totals.sources)} of source archives and on ${totals.lines.toLocaleString('en')} lines beside the recipes (${formatBytes(totals.locals + totals.scripts)} with these), by way of ${formatCount(recipes.length, 'build')}.`,
      width,
    ),
    '',
    'The way back:',
    ...way.flatMap(({ id, version, takes: taken }) => step([id, version ?? ''].join(' ').trim(), takes(taken))),
    ...seeds.flatMap(({ name, size, sha256, text }) =>
      wrap(`  ${name}, the seed: ${size} bytes${text === undefined ? '' : ` (${text})`}, sha256 ${sha256}`, width, '      '),
    ),
    '',
    'What must be believed:',
    ...premises(trust).flatMap(({ what, why, bytes }) => [
      `  ${what}${bytes === undefined ? '' : ` (${formatBytes(bytes)})`}`,
      ...wrap(`    ${why}`, width, '    '),
    ]),
    '',
    'Every byte of source:',
    ...sourceLines(trust, width),
  ];
}

/** A line for each, or two where a line has no room for the hash. */
function sourceLines({ sources, locals }: Foundation, width: number): string[] {
  const rows = [
    ...sources.map(({ file, size, sha256 }) => ({ name: file, size, hash: sha256 })),
    ...locals.map(({ name, size, lines: count, path }) => ({ name: `${name}, ${formatCount(count, 'line')}`, size, hash: path })),
  ];
  const cells = rows.map(({ name, size }) => [`  ${name}`, size.toLocaleString('en')]);
  const whole = formatTable(
    cells.map((row, index) => [...row, rows[index]!.hash]),
    [1],
  );
  if (whole.every((line) => line.length <= width)) return whole;
  return formatTable(cells, [1]).flatMap((line, index) => [line, `    ${rows[index]!.hash}`]);
}
