import type { Command } from 'commander';
import type { SignatureVerdict } from '../../evidence/index.js';
import { collectReport, lookAt, type LookedAt } from '../../inspect/index.js';
import { foundationOf, outsideNamed, premises, type ChainReport, type Foundation, type Outside } from '../../report/index.js';
import { fail, ok, type Result } from '../../result.js';
import { findTarget } from '../../chain/index.js';
import { parseStorePath, STORE_DIR, type StorePath } from '../../formats/index.js';
import { withView, type Session } from '../../workspace/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatBytes, formatCount, formatTable, wrap } from '../format.js';
import { printJson, printLine } from '../output.js';

/** `zilch trust` */
export function register(command: Command): void {
  command.argument(
    '[what]',
    'target, target^output, source’s file, file beside a recipe, seed:tcc, store path, or a file below one (default: the chain’s default target)',
  );
  withJson(withChain(command));
  perform(command, (what: string | undefined, options: TrustCommandOptions) =>
    withView(options, async (session) => {
      const report = await collectReport(session);
      if (!report.ok) return report;
      const asked = what ?? report.value.defaultTarget;
      const id = makerOf(session, report.value, asked);
      if (id.ok) return trustMade(session, report.value, asked, id.value, options);
      // Nobody here makes what comes from outside.
      const outside = outsideNamed(report.value, storePathIn(asked) ?? asked);
      return outside.length === 0 ? id : trustOutside(session, report.value, outside, options);
    }),
  );
}

type TrustCommandOptions = ChainOptions & { readonly json?: true };

async function trustMade(session: Session, report: ChainReport, what: string, id: string, options: TrustCommandOptions): Promise<Result<undefined>> {
  const looked = storePathIn(what) === undefined ? ok(undefined) : await lookAt(what, session, report);
  if (!looked.ok) return looked;
  const trust = foundationOf(report, id);
  if (trust === undefined) throw new Error(`Internal error: the report has no ${id}`);
  const file = looked.value;
  if (options.json === true) printJson({ ...trust, premises: premises(trust), ...(file === undefined ? {} : { file }) });
  else {
    const width = process.stdout.columns || 120;
    for (const line of file === undefined ? [] : [...fileLines(file, width), '']) printLine(line);
    for (const line of lines(trust, width)) printLine(line);
  }
  return file === undefined || file.isRegistered ? ok(undefined) : damaged(file.path);
}

/** Sources, seeds, files beside recipes: which bytes they are, and what rests on them. */
async function trustOutside(
  session: Session,
  report: ChainReport,
  all: readonly Outside[],
  options: TrustCommandOptions,
): Promise<Result<undefined>> {
  const found: (Outside & Examined)[] = [];
  for (const outside of all) {
    const examined = await examine(session, report, outside.facts.path);
    if (!examined.ok) return examined;
    found.push({ ...outside, ...examined.value });
  }
  if (options.json === true) printJson(found);
  else
    for (const line of found
      .flatMap((one) => outsideLines(one, report.recipes.length))
      .flatMap((text) => wrap(text, process.stdout.columns || 120, '  ')))
      printLine(line);
  const changed = found.find(({ isAsNamed }) => isAsNamed === false);
  return changed === undefined ? ok(undefined) : damaged(changed.facts.path);
}

interface Examined {
  /** Whether the bytes in the store, read now, are those that the recipes name; `undefined` where it is not in the store. */
  readonly isAsNamed: boolean | undefined;
  /** Of sources. */
  readonly signature: SignatureVerdict | undefined;
}

async function examine(session: Session, report: ChainReport, path: StorePath): Promise<Result<Examined>> {
  const looked = session.store.isValid(path) ? await lookAt(path, session, report) : ok(undefined);
  if (!looked.ok) return looked;
  const signature = await signatureOf(session, path);
  return signature.ok ? ok({ isAsNamed: looked.value?.isRegistered, signature: signature.value }) : signature;
}

/** Of sources alone. */
async function signatureOf({ chain, store, loaded }: Session, path: StorePath): Promise<Result<SignatureVerdict | undefined>> {
  const source = chain.sources.get(path);
  if (source === undefined) return ok(undefined);
  // Loaded here: OpenPGP is large.
  const { checkSignatures } = await import('../../evidence/index.js');
  const checked = await checkSignatures([source], store, loaded.directory);
  return checked.ok ? ok(checked.value[0]) : checked;
}

function damaged(path: string): Result<never> {
  return fail(
    'E_STORE_DAMAGED',
    `${path} is not what was registered when it was made`,
    'zilch verify-store --repair deletes what is damaged, and the next build makes it again',
  );
}

/** The store path that a path is or lies below; it may be logical, or lie below the store's root. */
function storePathIn(what: string): string | undefined {
  const baseName = /(?:^|\/)nix\/store\/([^/]+)/.exec(what)?.[1];
  return baseName === undefined ? undefined : `${STORE_DIR}/${baseName}`;
}

/** The recipe that made something. */
function makerOf(session: Session, report: ChainReport, what: string): Result<string> {
  const name = storePathIn(what);
  if (name === undefined) {
    const found = findTarget(session.loaded.chain, what);
    return found.ok ? ok(found.value.target.name) : found;
  }
  const path = parseStorePath(name);
  if (!path.ok) return path;
  const maker = report.recipes.find(({ drvPath, outputs }) => drvPath === path.value || outputs.some(({ built }) => built?.path === path.value));
  return maker === undefined ? fail('E_TARGET', `nothing in this chain makes or takes ${path.value}`) : ok(maker.id);
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

function outsideLines({ kind, facts, takenBy, restOnIt, isAsNamed, signature }: Outside & Examined, recipes: number): string[] {
  const bytes = `${facts.size.toLocaleString('en')} bytes`;
  const what =
    kind === 'source'
      ? `${facts.file} is a source as it was published: ${facts.name} ${facts.version}, ${bytes}, sha256 ${facts.sha256}.`
      : kind === 'seed'
        ? `${facts.name} is a seed: ${bytes}, sha256 ${facts.sha256}${facts.text === undefined ? ', given from outside' : `, explained byte by byte in ${facts.text}`}.`
        : `${facts.name} lies beside a recipe: ${bytes}, ${formatCount(facts.lines, 'line')}. It can be read in this chain.`;
  return [
    what,
    ...(kind === 'source' ? [`Places: ${facts.places.join(' ')}`] : []),
    ...(signature === undefined
      ? []
      : [`Signature of its authors: ${signature.verdict}${signature.key === undefined ? '' : ` by ${signature.key}`} (${signature.detail})`]),
    isAsNamed === undefined
      ? `It is not in this store.`
      : `Every byte of it was read now: it is ${isAsNamed ? 'what the recipes name' : 'NOT what the recipes name'}.`,
    `Taken by ${takenBy.join(' ')}.`,
    `${restOnIt.length} of ${formatCount(recipes, 'build')} ${restOnIt.length === 1 ? 'rests' : 'rest'} on it: ${restOnIt.join(' ')}`,
    ...(kind === 'source'
      ? ['What must be believed: that these are the bytes that its authors published. Builds check the SHA-256, and nothing else.']
      : []),
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
