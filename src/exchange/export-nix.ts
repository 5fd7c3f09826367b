/** A chain for people who have Nix and not Zilch: one directory with everything for evaluating and building. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeDerivation, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import { sourcePath, type Chain, type Flake, type Local, type Seed, type Target } from '../recipe/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, restoreTree, Store, makeDirectory } from '../store/index.js';
import { copyClosure } from './copy.js';
import { inOrder } from './in-order.js';
import { MK_DERIVATION, nixExpression, nixFlake, type ExternalContent, type NixExpression } from '../nix-expression/index.js';
import { storeNar } from './store-stream.js';
import { StreamFailure } from '../stream-failure.js';

export interface NixExport {
  readonly store: Store;
  readonly chain: Chain;
  /** Targets to export, with all their needs. */
  readonly targets: readonly Target[];
  readonly drvPathOf: (target: Target) => DrvPath;
  /** Every derivation that may be needed. */
  readonly derivations: ReadonlyMap<DrvPath, Derivation>;
  /** Where the store has local files, and the seed that the user gave, if any. Sources must be in the store as well. */
  readonly externalPath: (external: Local | Seed | Flake) => StorePath | undefined;
}

export interface NixExported {
  /** Derivations in the exported store. */
  readonly derivations: number;
  readonly sources: number;
}

/**
 * Writes `directory`, which must be new or empty:
 *
 *     nix/default.nix, nix/flake.nix, nix/files/   the expressions, and the files beside the recipes
 *     nix/mk-derivation.nix                        a function for your own derivations
 *     sources/                                     the tarballs
 *     store/                                       a Nix store that holds the derivations and their inputs
 *     default.nix, README.md
 *
 * Fails with `E_EXISTS`, `E_EXPORT` if Nix cannot express a recipe, and like the store.
 */
export async function exportNix(exported: NixExport, directory: string): Promise<Result<NixExported>> {
  const home = resolve(directory);
  const fresh = attempt('make', home, () => {
    makeDirectory(home);
    return readdirSync(home).length === 0;
  });
  if (!fresh.ok) return fresh;
  if (!fresh.value) return fail('E_EXISTS', `${home} is not empty`, 'name a new directory, or delete this one');
  const expression = expressionOf(exported);
  if (!expression.ok) return expression;
  const opened = Store.open(join(home, 'store'), { create: true });
  if (!opened.ok) return opened;
  try {
    const derivations = await fillStore(exported, expression.value, opened.value);
    if (!derivations.ok) return derivations;
    const written = await writeFiles(exported, expression.value, opened.value, home);
    return written.ok ? ok({ derivations: derivations.value, sources: expression.value.sources.length }) : written;
  } finally {
    opened.value.close();
  }
}

/**
 * Writes only the flake: `nix/` and `sources/` of the above. Returns the flake's directory. Sources must be in the
 * store.
 */
export async function writeFlake(exported: NixExport, home: string): Promise<Result<string>> {
  const expression = expressionOf(exported);
  if (!expression.ok) return expression;
  const written = await writeExpression(exported, expression.value, exported.store, home);
  return written.ok ? ok(join(home, 'nix')) : written;
}

function expressionOf({ chain, targets, store, externalPath }: NixExport): Result<NixExpression> {
  const contentOf = (path: StorePath): ExternalContent => {
    const contentAddress = store.pathInfo(path)?.contentAddress;
    if (contentAddress === undefined) throw new Error(`Internal error: ${path} is not in the store by its content`);
    return { path, contentAddress };
  };
  return nixExpression(chain, targets, {
    local: (local) => contentOf(externalPath(local)!),
    seed: (seed) => {
      const given = externalPath(seed);
      return given === undefined ? undefined : contentOf(given);
    },
    flake: (flake) => contentOf(externalPath(flake)!),
  });
}

/** Adds the derivations to the store, after their inputs; returns their number. */
async function fillStore(
  { store, targets, drvPathOf, derivations }: NixExport,
  { sources, files }: NixExpression,
  to: Store,
): Promise<Result<number>> {
  const needed = new Set(targets.map(drvPathOf));
  for (const drvPath of needed) for (const input of derivations.get(drvPath)?.inputDrvs.keys() ?? []) needed.add(input);
  const inputs = [...sources.map(sourcePath), ...files.values()];
  const missing = inputs.find((path) => !store.isValid(path));
  if (missing !== undefined) return fail('E_NOT_VALID', `${missing} is not in ${store.root}`, '`zilch sources fetch` gets the tarballs');
  const copied = await copyClosure(store, to, inputs);
  if (!copied.ok) return copied;
  const ordered = inOrder(needed, (drvPath) => derivations.get(drvPath)?.inputDrvs.keys() ?? []);
  if (!ordered.ok) return ordered;
  for (const drvPath of ordered.value) {
    const drv = derivations.get(drvPath)!;
    const added = await to.addText(`${drv.name}.drv`, writeDerivation(drv), [...drv.inputSrcs, ...drv.inputDrvs.keys()]);
    if (!added.ok) return added;
    if (added.value !== drvPath) throw new Error(`Internal error: ${drvPath} was written as ${added.value}`);
  }
  for (const target of targets) {
    const rooted = to.addRoot(target.name, drvPathOf(target));
    if (!rooted.ok) return rooted;
  }
  return ok(ordered.value.length);
}

async function writeFiles(exported: NixExport, expression: NixExpression, store: Store, home: string): Promise<Result<void>> {
  const written = attempt('write', home, () => {
    writeFileSync(join(home, 'default.nix'), 'import ./nix\n');
    writeFileSync(join(home, 'README.md'), readme(exported.targets, exported.drvPathOf));
  });
  return written.ok ? writeExpression(exported, expression, store, home) : written;
}

/** Writes `nix/` and `sources/`, from a store that has their contents. */
async function writeExpression({ chain, targets }: NixExport, expression: NixExpression, store: Store, home: string): Promise<Result<void>> {
  const sources = join(home, 'sources');
  const written = attempt('write', home, () => {
    mkdirSync(sources);
    mkdirSync(join(home, 'nix/files'), { recursive: true });
    writeFileSync(join(home, 'nix/default.nix'), expression.text);
    writeFileSync(
      join(home, 'nix/flake.nix'),
      nixFlake(
        chain,
        targets.map(({ name }) => name),
        sources,
      ),
    );
    writeFileSync(join(home, 'nix/mk-derivation.nix'), MK_DERIVATION);
    for (const source of expression.sources) {
      const file = join(sources, source.file);
      // Hard links, so the tarballs in both places take space once.
      if (!existsSync(file)) linkOrCopy(store.hostPath(sourcePath(source)), file);
    }
  });
  if (!written.ok) return written;
  for (const [name, path] of expression.files) {
    try {
      const restored = await restoreTree(storeNar(store, store.pathInfo(path)!), join(home, 'nix/files', name));
      if (!restored.ok) return restored;
    } catch (error) {
      if (error instanceof StreamFailure) return err(error.failure);
      throw error;
    }
  }
  return ok(undefined);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function readme(targets: readonly Target[], drvPathOf: (target: Target) => DrvPath): string {
  const first = targets[0]?.name ?? '';
  return `# A chain of builds, for Nix

Exported by \`zilch export nix\`. \`nix/default.nix\` is made to be read: one attribute a recipe. Its derivations are the
same, to the byte, that zilch builds, so both give the same store paths.

\`\`\`sh
# cores: recipes run make -j$NIX_BUILD_CORES, and make refuses the 0 that Nix makes of \`cores = 0\`.
export NIX_CONFIG="experimental-features = nix-command flakes ca-derivations
sandbox = true
sandbox-fallback = false
sandbox-paths =
substituters =
cores = $(nproc)"
# As root without a group of build users, also: build-users-group =

nix-instantiate --store "$PWD/store" . -A ${first}                 # the derivation
nix-store --store "$PWD/store" --realise $(nix-instantiate --store "$PWD/store" . -A ${first})   # build it
nix build --store "$PWD/store" "path:$PWD/nix#${first}"            # the same, as a flake without inputs
\`\`\`

\`store/\` is a Nix store with the derivations and their outside inputs. You can use any other store: without
\`--store\` it is the machine's own, which then gets the tarballs from \`sources/\`. Nothing is fetched from anywhere. For a
Hydra, \`hydraJobs\` of the flake has every target. \`nix flake check "path:$PWD/nix"\` evaluates them all.

To compile something of your own, with a flake that has this one as an input \`zilch\`:
\`zilch.lib.x86_64-linux.mkDerivation { name = …; src = ./.; buildPhase = …; installPhase = …; }\`.

\`nix develop\` and \`nix-shell\` do not work here: they need builders that are bash. \`zilch shell TARGET\`
opens a shell in the sandbox of a build.

| target | derivation |
|---|---|
${targets.map((target) => `| ${target.name} | \`${drvPathOf(target)}\` |`).join('\n')}
`;
}
