import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotedString, writeString, type Piece } from '../../src/nix-expression/string.js';
import { whyNoNix } from '../support/nix.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: strings of the Nix language are not read by Nix: ${missing}`);

/** Evaluates Nix strings in which `${x}` stands for `<x>`. */
function evaluate(expressions: readonly string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-nix-string-'));
  try {
    const file = join(directory, 'strings.nix');
    writeFileSync(file, `let x = "<x>"; in [\n${expressions.map((expression) => `(${expression})`).join('\n')}\n]`);
    const env = { ...process.env, NIX_STATE_DIR: directory, NIX_STORE_DIR: '/nix/store', NIX_REMOTE: `local?root=${directory}` };
    const json = execFileSync('nix-instantiate', ['--eval', '--strict', '--json', file], { encoding: 'utf8', maxBuffer: 1 << 28, env });
    return JSON.parse(json) as string[];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function plain(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : '<x>')).join('');
}

/** Texts made of what is special in one of the two spellings. */
const piecesOf = fc.array(
  fc.oneof(
    fc.constant<Piece>({ nix: 'x' }),
    fc
      .array(
        fc.constantFrom('$', '{', '}', "'", "''", '\\', '"', '\n', '\n\n', ' ', '  ', '\t', '\r', 'a', '${', '\\n', 'é', '\u{1f600}', '#', '/*'),
        { minLength: 1, maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  ),
  { maxLength: 6 },
);

describe.skipIf(missing !== undefined)('a Nix string', () => {
  it('is an indented block when it has several lines, readable as it was written', () => {
    expect(writeString(['cd a\n  ./configure --prefix=$out\n\nmake "${', { nix: 'gnumake' }, '}"\n'], 4)).toBe(
      ["''", '      cd a', '        ./configure --prefix=$out', '', '      make "\'\'${${gnumake}}"', "    ''"].join('\n'),
    );
  });

  it('is quoted when it has one line', () => {
    expect(writeString([{ nix: 'ash' }, '/bin/ash "$"'], 0)).toBe('"${ash}/bin/ash \\"$\\""');
  });

  it('means to Nix what was said, whatever stands in it', () => {
    const samples = fc.sample(piecesOf, 3000);
    const evaluated = evaluate(
      samples.flatMap((pieces) => [
        writeString(pieces, 6),
        quotedString(pieces),
        writeString(['a\nb\n', ...pieces], 2),
        writeString([...pieces, '\nc\n\n'], 2),
      ]),
    );
    const expected = samples.flatMap((pieces) => [plain(pieces), plain(pieces), `a\nb\n${plain(pieces)}`, `${plain(pieces)}\nc\n\n`]);
    expect(evaluated).toEqual(expected);
  });
});
