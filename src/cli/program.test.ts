import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT } from './exit-code.js';
import { makeProgram } from './program.js';

const DOCUMENT = new URL('../../docs/cli.md', import.meta.url);
const BEGIN = '<!-- The rest is what `zilch COMMAND --help` prints: UPDATE_DOCS=1 npm run test:unit writes it. -->\n';

/** The help of a command and of those below it, at the width of a document and with nothing of this machine in it. */
function helpOf(command: Command, path: string): string[] {
  command.configureOutput({ getOutHelpWidth: () => 100, getOutHasColors: () => false });
  let text = '';
  command.configureOutput({ writeOut: (written) => (text += written) });
  command.outputHelp();
  const own = `## ${path}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
  return [own, ...command.commands.flatMap((child) => helpOf(child, `${path} ${child.name()}`))];
}

describe('docs/cli.md', () => {
  it('has the help of every command', async () => {
    const program = await makeProgram(() => true);
    const help = helpOf(program, 'zilch').join('\n');
    const document = readFileSync(DOCUMENT, 'utf8');
    const written = document.slice(0, document.indexOf(BEGIN) + BEGIN.length);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DOCUMENT, `${written}\n${help}`);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(`${written}\n${help}`);
  });

  it('has every exit code', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    for (const [name, code] of Object.entries(EXIT)) expect(document, name).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'));
  });
});
