/**
 * A chain as Nix expressions: one attribute for each recipe, for people to read and for Nix to evaluate to exactly the
 * recipes' derivations.
 */
import { makeContentPath, outputPlaceholder, storePathName, type ContentAddress, type StorePath } from '../formats/index.js';
import {
  neededOutputs,
  PLATFORM,
  sourcePath,
  type AnyRecipe,
  type Chain,
  type Flake,
  type Ingredient,
  type Local,
  type Seed,
  type Source,
  type Target,
  type Text,
} from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import { AttributeNames, attributeKey } from './attribute-names.js';
import { quotedString, writeString, type Piece } from './string.js';

/** A file or tree from outside the chain, in the store. */
export interface ExternalContent {
  readonly path: StorePath;
  readonly contentAddress: ContentAddress;
}

/** Store paths that depend on files on disk. */
export interface ExternalContents {
  readonly local: (local: Local) => ExternalContent;
  /** The user's seed; `undefined` for the chain's own. */
  readonly seed: (seed: Seed) => ExternalContent | undefined;
  /** `undefined` where the expression that is written is this flake's own. */
  readonly flake?: (flake: Flake) => ExternalContent | undefined;
}

export interface NixExpression {
  /** The text of `default.nix`: a function of `{ sources ? ../sources }` to an attribute set of the targets. */
  readonly text: string;
  /** The tarballs it needs below `sources`, by their `file` names. */
  readonly sources: readonly Source[];
  /** What it needs below `./files`: from the name there to the store path. */
  readonly files: ReadonlyMap<string, StorePath>;
}

/** Attributes that are not environment variables of the build to Nix's `derivation`. */
const TAKEN_BY_NIX = ['args', 'outputs', 'outputHash', '__contentAddressed', '__impure', '__structuredAttrs', '__ignoreNulls', '__json'];
/** Attributes that a recipe's environment cannot change, because the derivation sets them itself. */
const SET_BY_DERIVATION = ['name', 'builder', 'system', 'outputHashAlgo', 'outputHashMode'];
/** Identifiers in the expression's own text. */
const RESERVED = [
  'sources',
  'recipe',
  'tarball',
  'file',
  'tree',
  'tarballs',
  'files',
  'derivation',
  'placeholder',
  'builtins',
  'true',
  'false',
  'null',
];

/**
 * Writes `default.nix` for the wanted targets of a chain and all their needs. Fails with `E_EXPORT` on a recipe that
 * Nix's `derivation` cannot express: an environment variable whose name has another meaning in Nix, or a NUL byte.
 */
export function nixExpression(chain: Chain, wanted: readonly Target[], external: ExternalContents): Result<NixExpression> {
  const writer = new ExpressionWriter(chain, external);
  for (const target of closure(chain, wanted)) {
    const added = writer.addTarget(target);
    if (!added.ok) return added;
  }
  const expression = writer.finish(wanted);
  const files = expression.sources.map((source) => source.file);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) return fail('E_EXPORT', `two different tarballs are called "${twice}"`, 'give one of the sources another `file` name');
  return ok(expression);
}

/** The targets among the recipes that the wanted ones need, in the chain's order. */
function closure(chain: Chain, wanted: readonly Target[]): Target[] {
  const needed = new Set<AnyRecipe>();
  const queue = wanted.map((target) => target.recipe);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    for (const output of neededOutputs(next)) queue.push(output.recipe);
  }
  return chain.targets.filter((target) => needed.has(target.recipe));
}

class ExpressionWriter {
  private readonly names = new AttributeNames(RESERVED);
  private readonly recipeNames = new Map<AnyRecipe, string>();
  private readonly written = new Set<AnyRecipe>();
  private readonly sections: string[] = [];
  private readonly tarballs = new ExternalNames<Source>();
  private readonly trees = new ExternalNames<ExternalContent>();
  private stage: string | undefined;

  constructor(
    chain: Chain,
    private readonly external: ExternalContents,
  ) {
    // Targets first, so nothing else gets the names that users know.
    for (const target of chain.targets) {
      if (!this.recipeNames.has(target.recipe)) this.recipeNames.set(target.recipe, this.names.claim(target.name));
    }
  }

  addTarget(target: Target): Result<void> {
    if (target.stage !== this.stage) this.sections.push(`  # ${'-'.repeat(8)} ${target.stage} ${'-'.repeat(8)}\n`);
    this.stage = target.stage;
    return this.add(target.recipe);
  }

  /** Writes a recipe, after those of its needs that are no targets. */
  private add(recipe: AnyRecipe): Result<void> {
    if (this.written.has(recipe)) return ok(undefined);
    this.written.add(recipe);
    for (const needed of neededOutputs(recipe)) {
      if (this.recipeNames.has(needed.recipe)) continue;
      const added = this.add(needed.recipe);
      if (!added.ok) return added;
    }
    const section = this.recipe(recipe);
    if (section.ok) this.sections.push(section.value);
    return section.ok ? ok(undefined) : section;
  }

  private recipe(recipe: AnyRecipe): Result<string> {
    const onlyOut = recipe.outputNames.length === 1 && recipe.outputNames[0] === 'out';
    const env = [...recipe.env].filter(([key]) => !SET_BY_DERIVATION.includes(key) && !recipe.outputNames.includes(key));
    const taken = env.find(([key]) => TAKEN_BY_NIX.includes(key) && !(key === 'outputs' && !onlyOut));
    if (taken !== undefined)
      return fail(
        'E_EXPORT',
        `recipe ${recipe.drvName} sets the variable "${taken[0]}", which means something else to Nix's derivation`,
        'call the variable something else',
      );
    const texts = [recipe.builder, ...recipe.args, ...env.map(([, value]) => value)];
    if (texts.some((text) => text.parts.some((part) => typeof part === 'string' && part.includes('\0')))) {
      return fail(
        'E_EXPORT',
        `recipe ${recipe.drvName} has a NUL byte, which a Nix string cannot have`,
        "write the byte some other way, such as printf '\\0'",
      );
    }
    const lines = [
      `    name = ${quotedString([recipe.drvName])};`,
      ...(onlyOut ? [] : [`    outputs = [ ${recipe.outputNames.map((name) => quotedString([name])).join(' ')} ];`]),
      `    builder = ${this.string(recipe, recipe.builder, 4)};`,
      ...(recipe.args.length === 0 ? [] : ['    args = [', ...recipe.args.map((arg) => `      ${this.string(recipe, arg, 6)}`), '    ];']),
      ...env.filter(([key]) => key !== 'outputs').map(([key, value]) => `    ${attributeKey(key)} = ${this.string(recipe, value, 4)};`),
    ];
    const comment =
      recipe.description === undefined
        ? ''
        : `${recipe.description
            .split('\n')
            .map((line) => `  # ${line}`)
            .join('\n')}\n`;
    return ok(`${comment}  ${this.nameOf(recipe)} = recipe {\n${lines.join('\n')}\n  };\n`);
  }

  private string(recipe: AnyRecipe, text: Text, indent: number): string {
    const pieces = text.parts.flatMap((part): Piece[] =>
      typeof part === 'string' ? this.placeholders(recipe, part) : [{ nix: this.reference(part) }],
    );
    return writeString(pieces, indent);
  }

  /** In a recipe's texts its own outputs are hashes of their names; the expression writes them with `placeholder`. */
  private placeholders(recipe: AnyRecipe, text: string): Piece[] {
    let pieces: Piece[] = [text];
    for (const outputName of recipe.outputNames) {
      const own: Piece = { nix: `placeholder ${quotedString([outputName])}` };
      pieces = pieces.flatMap((piece) =>
        typeof piece === 'string'
          ? piece.split(outputPlaceholder(outputName)).flatMap((between, index) => (index === 0 ? [between] : [own, between]))
          : [piece],
      );
    }
    return pieces;
  }

  private reference(ingredient: Ingredient): string {
    switch (ingredient.kind) {
      case 'output': {
        const name = this.nameOf(ingredient.recipe);
        return ingredient.outputName === ingredient.recipe.outputNames[0] ? name : `${name}.${attributeKey(ingredient.outputName)}`;
      }
      case 'source':
        return `tarballs.${this.tarballs.claim(ingredient, sourcePath(ingredient), [ingredient.name, `${ingredient.name}-${ingredient.version}`])}`;
      case 'local':
        return this.tree(this.external.local(ingredient));
      case 'flake': {
        const content = this.external.flake?.(ingredient);
        // By its own place: its hash cannot be in it.
        return content === undefined ? `(builtins.path { path = ./.; name = ${quotedString([ingredient.name])}; })` : this.tree(content);
      }
      case 'seed': {
        const given = this.external.seed(ingredient);
        if (given !== undefined) return this.tree(given);
        if (ingredient.default === undefined) throw new Error(`Internal error: the seed ${ingredient.name} is neither given nor made`);
        return this.reference(ingredient.default);
      }
    }
  }

  private tree(content: ExternalContent): string {
    return `files.${this.trees.claim(content, content.path, [storePathName(content.path)])}`;
  }

  private nameOf(recipe: AnyRecipe): string {
    const known = this.recipeNames.get(recipe);
    if (known !== undefined) return known;
    const name = this.names.claim(recipe.name, recipe.drvName);
    this.recipeNames.set(recipe, name);
    return name;
  }

  finish(wanted: readonly Target[]): NixExpression {
    const tarballs = this.tarballs.entries().map(([name, source]) => `    ${name} = tarball ${quotedString([source.file])} "${source.sha256}";`);
    const trees = this.trees.entries().map(([name, { path, contentAddress }]) => {
      checkAddress(path, contentAddress);
      return `    ${name} = ${contentAddress.method === 'flat' ? 'file' : 'tree'} ${quotedString([storePathName(path)])} ./files/${name} "${contentAddress.hash.hex}";`;
    });
    const exported = wanted.map((target) => {
      const name = this.nameOf(target.recipe);
      return name === target.name ? `  inherit ${name};` : `  ${attributeKey(target.name)} = ${name};`;
    });
    const text = `${HEADER}
  tarballs = {
${tarballs.join('\n')}
  };

  files = {
${trees.join('\n')}
  };

${this.sections.join('\n')}
in
{
${exported.join('\n')}
}
`;
    return {
      text,
      sources: this.tarballs.entries().map(([, source]) => source),
      files: new Map(this.trees.entries().map(([name, { path }]) => [name, path])),
    };
  }
}

/** Names of outside inputs; each store path is one attribute, however often it is used. */
class ExternalNames<T> {
  private readonly names = new AttributeNames();
  private readonly byKey = new Map<string, readonly [name: string, value: T]>();

  claim(value: T, key: string, wanted: readonly [string, ...string[]]): string {
    const known = this.byKey.get(key);
    if (known !== undefined) return known[0];
    const name = this.names.claim(...wanted);
    this.byKey.set(key, [name, value]);
    return name;
  }

  entries(): (readonly [name: string, value: T])[] {
    return [...this.byKey.values()];
  }
}

/** An input exported by its hash must have the path that the recipes use. */
function checkAddress(path: StorePath, { method, hash }: ContentAddress): void {
  if (makeContentPath(storePathName(path), method, hash) !== path)
    throw new Error(`Internal error: ${path} is not the path of its own content address`);
}

const HEADER = `# The chain as Nix expressions, one attribute a recipe. Made by \`zilch export nix\`: the recipes are the source, so
# change those. What Nix instantiates here are the same derivations, to the byte, that zilch builds.
{ sources ? ../sources }:
let
  # Every output's path is the hash of what it holds, known once it is built.
  recipe = attributes: {
    # For \`nix build\`, which otherwise wants an output called "out".
    meta.outputsToInstall = attributes.outputs or [ "out" ];
  } // derivation ({
    system = "${PLATFORM}";
    __contentAddressed = true;
    outputHashAlgo = "sha256";
    outputHashMode = "recursive";
  } // attributes);

  # A tarball as its authors published it.
  tarball = name: sha256: file name (sources + "/\${name}") sha256;

  # What lies beside a recipe, and the seed.
  file = name: path: sha256: builtins.path { inherit name path sha256; recursive = false; };
  tree = name: path: sha256: builtins.path { inherit name path sha256; };
`;
