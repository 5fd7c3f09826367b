/**
 * What is known of a chain, remembered per user for as long as its files have the bytes they had. To run a hundred files of TypeScript and
 * to make three hundred derivations of them takes thirty times as long as to compare the files.
 *
 * What is remembered cannot build anything, for it has no derivations: it tells only what there is. It counts no more when a file of the
 * chain's code, or of what it adds to the store, has other bytes, another mode or other neighbours, and neither for another Zilch, another
 * Node.js or in another language. A chain whose code may look at anything else is not remembered.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identitiesOf, type DrvOutputId, type DrvPath } from '../formats/index.js';
import type { ChainFacts, TargetFacts } from './facts.js';
import { areOlder, bytesOf, type ChainInputs } from './inputs.js';
import { codeOf } from './outside.js';
import { OWN_CHAIN } from './own-chain.js';
import type { PreparedChain } from './prepare.js';

/** What is known of a chain, and the ids under which the outputs of its derivations are realised. */
export interface KnownChain {
  readonly facts: ChainFacts;
  readonly idOf: IdOf;
}

export type IdOf = (drvPath: DrvPath, outputName: string) => DrvOutputId;

/** The first line of a file; the bytes of the chain's files follow, and twice what is known, which a damaged disk does not damage alike. */
interface Head {
  readonly program: string;
  readonly surroundings: readonly string[];
  readonly inputs: ChainInputs;
  readonly inputBytes: number;
  readonly knownBytes: number;
}

/** What is known, in JSON; `null` of a chain whose code looks elsewhere. Derivations are named by their place in the list. */
type Body = {
  readonly defaultTarget: string;
  readonly targets: readonly (Omit<TargetFacts, 'build' | 'test'> & { readonly build: number; readonly test: number | undefined })[];
  /** Each after those it needs: its path, the hashes of its outputs by their names, what it needs. */
  readonly derivations: readonly (readonly [DrvPath, Readonly<Record<string, DrvOutputId['drvHash']>>, readonly number[]])[];
} | null;

/** The sources of this program and its packages, as one hash; unknown where it runs from its sources. */
declare const ZILCH_PROGRAM: string | undefined;
const PROGRAM = typeof ZILCH_PROGRAM === 'undefined' ? undefined : ZILCH_PROGRAM;

const MOST_CHAINS = 50;
const LINE_END = 10;

/** What else code may depend on, by the order in which it sorts. */
function surroundings(): string[] {
  const { LC_ALL = '', LC_COLLATE = '', LC_MESSAGES = '', LANG = '', LANGUAGE = '', TZ = '', NODE_OPTIONS = '' } = process.env;
  return [process.version, process.arch, LC_ALL, LC_COLLATE, LC_MESSAGES, LANG, LANGUAGE, TZ, NODE_OPTIONS];
}

/** What is remembered of the chain in a directory; `undefined` if that is nothing, or if anything may have changed. */
export function recallChain(directory: string, program = PROGRAM): KnownChain | undefined {
  const body = program === undefined ? undefined : readBody(directory, program);
  return body === undefined || body === null ? undefined : knownOf(body);
}

function readBody(directory: string, program: string): Body | undefined {
  try {
    const text = readFileSync(placeOf(directory));
    const headEnd = text.indexOf(LINE_END) + 1;
    const head = JSON.parse(text.toString('utf8', 0, headEnd)) as Head;
    if (head.program !== program || head.surroundings.join('\n') !== surroundings().join('\n')) return undefined;
    const inputsEnd = headEnd + head.inputBytes;
    const bodyEnd = inputsEnd + head.knownBytes;
    if (text.length !== bodyEnd + head.knownBytes) return undefined;
    if (!bytesOf(head.inputs, head.inputBytes).equals(text.subarray(headEnd, inputsEnd))) return undefined;
    const body = text.subarray(inputsEnd, bodyEnd);
    return body.equals(text.subarray(bodyEnd)) ? (JSON.parse(body.toString()) as Body) : undefined;
  } catch {
    // Nothing is remembered, or it is damaged, or a file is gone. Whatever it is, running the chain tells.
    return undefined;
  }
}

function knownOf({ defaultTarget, targets, derivations }: NonNullable<Body>): KnownChain {
  const drvPath = (index: number): DrvPath => derivations[index]![0];
  const hashes = new Map(derivations.map(([path, outputs]) => [path, outputs]));
  return {
    facts: {
      defaultTarget,
      targets: targets.map(({ build, test, ...target }) => ({
        ...target,
        build: { drvPath: drvPath(build) },
        test: test === undefined ? undefined : { drvPath: drvPath(test) },
      })),
      derivations: new Map(
        derivations.map(([path, outputs, needs]) => [
          path,
          { outputs: new Map(Object.entries(outputs)), inputDrvs: new Map(needs.map((index) => [drvPath(index), undefined])) },
        ]),
      ),
    },
    idOf: (path, outputName) => ({ drvHash: hashes.get(path)![outputName]!, outputName }),
  };
}

/**
 * Remembers a chain that was loaded after `since` (milliseconds since 1970), and turned into derivations, with its own seed. What cannot be
 * remembered is made again the next time.
 */
export async function rememberChain(directory: string, chain: PreparedChain, since: number, program = PROGRAM): Promise<void> {
  // Of a chain that looks elsewhere this is remembered, too.
  if (program === undefined || readBody(directory, program) !== undefined) return;
  try {
    const code = await codeOf(join(realpathSync(directory), 'chain.ts'), { language: 'zilch', folders: { 'zilch/bootstrap': OWN_CHAIN } });
    const locals = [...chain.external.keys()].flatMap((one) =>
      one.kind === 'local' ? [{ path: resolve(fileURLToPath(one.url)), only: one.only }] : [],
    );
    const inputs = code === undefined ? { code: [join(realpathSync(directory), 'chain.ts')], locals: [] } : { code, locals };
    const bytes = bytesOf(inputs);
    if (!areOlder(inputs, since)) return;
    const body = Buffer.from(JSON.stringify(code === undefined ? null : bodyOf(chain)));
    const head: Head = { program, surroundings: surroundings(), inputs, inputBytes: bytes.length, knownBytes: body.length };
    write(placeOf(directory), [Buffer.from(`${JSON.stringify(head)}\n`), bytes, body, body]);
  } catch (error) {
    // As when a disk is full, a name too long, or a file no longer there.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function bodyOf({ defaultTarget, targets, derivations }: PreparedChain): Body {
  const identities = identitiesOf(derivations);
  const places = new Map([...derivations.keys()].map((path, index) => [path, index]));
  return {
    defaultTarget,
    targets: targets.map(({ name, stage, recipe: { version, description, drvName, outputNames }, build, test }) => ({
      ...{ name, stage, recipe: { version, description, drvName, outputNames } },
      build: places.get(build.drvPath)!,
      test: test === undefined ? undefined : places.get(test.drvPath)!,
    })),
    derivations: [...derivations].map(([path, { outputs, inputDrvs }]) => [
      path,
      Object.fromEntries([...outputs.keys()].map((name) => [name, identities.idOf(path, name).drvHash])),
      [...inputDrvs.keys()].map((input) => places.get(input)!),
    ]),
  };
}

function write(place: string, pieces: readonly Buffer[]): void {
  const fresh = join(folder(), `.${process.pid}.new`);
  mkdirSync(folder(), { recursive: true });
  const fd = openSync(fresh, 'w', 0o600);
  try {
    for (const piece of pieces) for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, place);
  const all = readdirSync(folder()).map((name) => join(folder(), name));
  if (all.length <= MOST_CHAINS) return;
  const byAge = all.map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 })).sort((a, b) => b.time - a.time);
  for (const { path } of byAge.slice(MOST_CHAINS)) rmSync(path, { force: true });
}

/** By the directory that it really is. */
function placeOf(directory: string): string {
  return join(folder(), realpathSync(directory).replaceAll('/', '%'));
}

function folder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'known');
}
