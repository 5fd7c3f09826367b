import type { Chain } from '../recipe/index.js';
import { PLATFORM } from '../recipe/index.js';
import { attributeKey } from './attribute-names.js';
import { quotedString } from './string.js';

/**
 * The text of `flake.nix` beside an exported `default.nix`. It has no inputs. `sources` is the absolute path of the
 * directory of tarballs: a flake may not read files outside itself, except content whose hash it gives.
 */
export function nixFlake(chain: Chain, targets: readonly string[], sources: string): string {
  const byDefault = targets.includes(chain.defaultTarget) ? chain.defaultTarget : targets[0];
  return `{
  description = "A chain of builds from one compiler binary, exported from zilch";

  outputs = { self }:
    let
      # The tarballs stay outside, so that evaluating does not copy them. Where a store has them already (the one that
      # was exported along, or any that \`nix-instantiate\` ran on) this path is not looked at.
      chain = import ./default.nix { sources = ${quotedString([sources])}; };
    in
    {
      packages.${PLATFORM} = chain // { default = chain.${attributeKey(byDefault ?? chain.defaultTarget)}; };
      hydraJobs = chain;
${libOf(chain, targets)}    };
}
`;
}

/** A function for users' own derivations, if the chain names its tools and they are exported. */
function libOf({ tools }: Chain, targets: readonly string[]): string {
  if (tools === undefined || ![tools.shell[0], ...tools.path].every((name) => targets.includes(name))) return '';
  const [shell, program] = tools.shell;
  return `
      # What the function of this name in nixpkgs is, by the tools of the chain.
      lib.${PLATFORM}.mkDerivation = import ./mk-derivation.nix {
        system = "${PLATFORM}";
        shell = chain.${attributeKey(shell)} + ${quotedString([`/${program}`])};
        path = [ ${tools.path.map((name) => `chain.${attributeKey(name)}`).join(' ')} ];
      };
`;
}
