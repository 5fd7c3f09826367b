/**
 * Damaged archives, derivations, narinfo files and realisations, given to the readers of each. A reader may refuse, with a failure. It
 * may take only what it would write, so that nothing has two readings; what it takes of an archive is what the archive says, to the
 * byte; and what was signed is signed no more, unless nothing changed that is signed. What of archives is taken, real Nix must take,
 * too, where it is at hand.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  NarParser,
  parseDerivation,
  parseNarInfo,
  parsePublicKey,
  parseRealisation,
  pathFingerprint,
  realisationFingerprint,
  sha256,
  verifyText,
  writeDerivation,
  writeNarInfo,
  writeRealisation,
  type PublicKey,
} from '../../src/formats/index.js';
import { unwrap, type Result } from '../../src/result.js';
import { hashTree, removeTreeSync, restoreTree } from '../../src/store/tree/index.js';
import { golden, goldenOf } from '../golden/index.js';
import { narOf, TreeCollector } from '../support/tree.js';
import { must, type Counts } from './counts.js';
import { damage } from './mutate.js';
import { Random } from './random.js';

/** One of this many accepted archives is also restored to disk, which takes a hundred times as long. */
const ON_DISK = 10;

interface Kind {
  readonly name: string;
  readonly samples: readonly [Buffer, ...Buffer[]];
  /** Whether it is taken. Throws `Violation` when it should not be, or otherwise. */
  readonly take: (damaged: Buffer, original: Buffer, random: Random) => boolean | Promise<boolean>;
}

export class DamageCampaign {
  readonly #work = mkdtempSync(join(tmpdir(), 'zilch-torture-'));
  readonly #kinds: readonly [Kind, ...Kind[]];
  #places = 0;

  constructor(
    private readonly seed: number,
    private readonly counts: Counts,
    /** Whether `nix-store` can be asked. */
    private readonly withNix: boolean,
  ) {
    const key = unwrap(parsePublicKey(golden('build/key.public').toString()));
    this.#kinds = [
      { name: 'archive', samples: samplesOf('.nar'), take: (damaged, _, random) => this.#takeArchive(damaged, random) },
      { name: 'derivation', samples: samplesOf('.drv'), take: takeDerivation },
      { name: 'narinfo file', samples: samplesOf('.narinfo'), take: (damaged, original) => takeNarInfo(damaged, original, key) },
      { name: 'realisation', samples: samplesOf('.doi'), take: (damaged, original) => takeRealisation(damaged, original, key) },
    ];
  }

  close(): void {
    removeTreeSync(this.#work);
  }

  /** The same for the same seed and number. */
  async run(number: number): Promise<void> {
    const random = new Random(this.seed, number);
    const { name, samples, take } = random.pick(this.#kinds);
    const original = random.pick(samples);
    const damaged = damage(original, random, samples);
    const isSame = damaged.equals(original);
    const taken = await take(damaged, original, random);
    must(taken || !isSame, `a whole ${name} is refused`);
    this.counts.add(`damaged ${name}: ${taken ? 'taken, and right as it is' : 'refused'}`);
  }

  async #takeArchive(damaged: Buffer, random: Random): Promise<boolean> {
    const collector = new TreeCollector();
    const parser = new NarParser(collector);
    // In pieces of any size, as it comes from a network.
    for (let at = 0; at < damaged.length;) {
      const length = 1 + random.below(400);
      if (!isTaken(parser.push(damaged.subarray(at, at + length)), 'E_NAR')) return false;
      at += length;
    }
    if (!isTaken(parser.end(), 'E_NAR')) return false;
    must(collector.tree !== undefined && narOf(collector.tree).equals(damaged), 'an archive is taken that is not the archive of its tree');
    if (random.oneIn(ON_DISK)) await this.#restore(damaged);
    return true;
  }

  async #restore(nar: Buffer): Promise<void> {
    const place = join(this.#work, String(this.#places++));
    const restored = await restoreTree([nar], place);
    must(restored.ok, `an archive that is read cannot be restored: ${restored.ok ? '' : restored.failure.message}`);
    const digest = unwrap(await hashTree(place));
    must(digest.narHash === sha256(nar) && digest.narSize === nar.length, 'a tree is not what its archive says');
    this.counts.add('damaged archive: restored on disk');
    if (this.withNix) {
      execFileSync('nix-store', ['--restore', `${place}.nix`], { input: nar, stdio: ['pipe', 'ignore', 'pipe'] });
      must(unwrap(await hashTree(`${place}.nix`)).narHash === digest.narHash, 'Nix makes another tree of an archive');
      removeTreeSync(`${place}.nix`);
      this.counts.add('damaged archive: restored by Nix to the same');
    }
    removeTreeSync(place);
  }
}

function samplesOf(ending: string): readonly [Buffer, ...Buffer[]] {
  const [first, ...others] = goldenOf(ending).map(([, contents]) => contents);
  if (first === undefined) throw new Error(`there is no file made by Nix that ends in ${ending}`);
  return [first, ...others];
}

function isTaken(result: Result<unknown>, ...codes: readonly string[]): boolean {
  if (!result.ok) must(codes.includes(result.failure.code), `it is refused with ${result.failure.code}: ${result.failure.message}`);
  return result.ok;
}

/** A derivation's name is that of its file, and the paths of fixed outputs follow from it. */
const DERIVATION_NAMES = new Map(goldenOf('.drv').map(([baseName, contents]) => [contents.toString('latin1'), baseName.slice(33, -'.drv'.length)]));

function takeDerivation(damaged: Buffer, original: Buffer): boolean {
  const parsed = parseDerivation(damaged, DERIVATION_NAMES.get(original.toString('latin1')) ?? '');
  if (!isTaken(parsed, 'E_DERIVATION') || !parsed.ok) return false;
  must(writeDerivation(parsed.value).equals(damaged), 'a derivation is taken that would be written otherwise');
  return true;
}

function takeNarInfo(damaged: Buffer, original: Buffer, key: PublicKey): boolean {
  const parsed = parseNarInfo(damaged.toString());
  if (!isTaken(parsed, 'E_NARINFO') || !parsed.ok) return false;
  const info = parsed.value;
  const again = unwrap(parseNarInfo(writeNarInfo(info)));
  must(writeNarInfo(again) === writeNarInfo(info), 'a narinfo file says something else when it is written again');
  must(pathFingerprint(again) === pathFingerprint(info), 'a narinfo file is signed for something else when it is written again');
  const isSigned = info.signatures.some((signature) => verifyText(pathFingerprint(info), signature, [key]));
  if (!isSigned) return true;
  // A part of another sample may have come in: then it is that one's.
  const signed = goldenOf('.narinfo').map(([, contents]) => pathFingerprint(unwrap(parseNarInfo(contents.toString()))));
  must(signed.includes(pathFingerprint(info)), `what was never signed counts as signed: ${damaged.toString()}, made of ${original.toString()}`);
  return true;
}

function takeRealisation(damaged: Buffer, original: Buffer, key: PublicKey): boolean {
  const parsed = parseRealisation(damaged.toString());
  if (!isTaken(parsed, 'E_REALISATION') || !parsed.ok) return false;
  const realisation = parsed.value;
  const again = unwrap(parseRealisation(writeRealisation(realisation)));
  must(realisationFingerprint(again) === realisationFingerprint(realisation), 'a realisation says something else when it is written again');
  if (!realisation.signatures.some((signature) => verifyText(realisationFingerprint(realisation), signature, [key]))) return true;
  const signed = goldenOf('.doi').map(([, contents]) => realisationFingerprint(unwrap(parseRealisation(contents.toString()))));
  must(signed.includes(realisationFingerprint(realisation)), `what was never signed counts as signed: ${damaged.toString()}, made of ${original.toString()}`); // prettier-ignore
  return true;
}
