/** The chain as Nix sees it from its flake: its derivations and outputs. */
import { join } from 'node:path';
import { PLATFORM, type Target } from '../recipe/index.js';
import { formatOutputName, type StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { removeTree } from '../store/index.js';
import { writeFlake, type NixExport } from './export-nix.js';
import { NixCommand, type NixCommandOptions } from './nix/index.js';

/** One answer of `nix build --json`. */
interface Built {
  readonly drvPath?: string;
  readonly outputs?: Readonly<Record<string, string>>;
}

/**
 * Has Nix evaluate the chain's flake and build the targets. Nix uses its earlier builds of these derivations, but finds
 * the derivations, their order and their outputs by itself. Fails with `E_DIFFERENT` on the first target, in the
 * chain's order, whose derivation or output differs, and like Nix.
 */
export async function buildByFlake(
  exported: NixExport,
  options: NixCommandOptions,
  outputOf: (target: Target, outputName: string) => StorePath | undefined,
  signal?: AbortSignal,
): Promise<Result<void>> {
  const nix = await NixCommand.find(options);
  if (!nix.ok) return nix;
  const directory = exported.store.tempDir();
  if (!directory.ok) return directory;
  try {
    const flake = await writeFlake(exported, directory.value);
    if (!flake.ok) return flake;
    const installables = exported.targets.map(({ name }) => `path:${flake.value}#packages.${PLATFORM}."${name}"`);
    const said = await nix.value.run(['build', '--no-link', '--json', ...installables], signal);
    return said.ok ? compare(exported, JSON.parse(said.value) as readonly Built[], outputOf) : said;
  } finally {
    await removeTree(join(directory.value));
  }
}

function compare(
  { targets, drvPathOf }: NixExport,
  answers: readonly Built[],
  outputOf: (target: Target, outputName: string) => StorePath | undefined,
): Result<void> {
  const byDerivation = new Map(answers.map((answer) => [answer.drvPath, answer.outputs ?? {}]));
  for (const target of targets) {
    const drvPath = drvPathOf(target);
    const outputs = byDerivation.get(drvPath);
    if (outputs === undefined) return fail('E_DIFFERENT', `for ${target.name} Nix has another derivation than ${drvPath}`);
    for (const outputName of target.recipe.outputNames) {
      const here = outputOf(target, outputName);
      if (outputs[outputName] !== here)
        return fail(
          'E_DIFFERENT',
          `${formatOutputName(target.name, outputName)} is ${here ?? 'not built'} here, and ${outputs[outputName] ?? 'nothing'} by the flake`,
        );
    }
  }
  return ok(undefined);
}
