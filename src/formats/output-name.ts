/**
 * Outputs as people and Nix name them: `stage1^protobusybox` by a target, `/nix/store/….drv^out` by a derivation (Nix's manual, "Derivation
 * outputs"), `sha256:…!out` in realisations.
 */

export interface OutputName {
  /** What has the output: a target, a derivation, a hash. */
  readonly of: string;
  /** `undefined` where no output was named. */
  readonly outputName: string | undefined;
}

/** Writes `<of>^<output>`. */
export function formatOutputName(of: string, outputName: string): string {
  return `${of}^${outputName}`;
}

/** Reads `<of>`, or `<of>^<output>`. Names hold no separator, so what follows the first is the output's, and wrong if it has another. */
export function parseOutputName(text: string, separator: '^' | '!' = '^'): OutputName {
  const at = text.indexOf(separator);
  return at === -1 ? { of: text, outputName: undefined } : { of: text.slice(0, at), outputName: text.slice(at + 1) };
}
