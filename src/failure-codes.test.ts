import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURES } from './failure-codes.js';

const DOCUMENT = new URL('../docs/failures.md', import.meta.url);
const INTRODUCTION = `# Failures

Zilch shows a failure as \`error E_CODE: what is wrong\`, with a hint what to do next. Codes are stable. Exit codes are in [cli.md](cli.md).

<!-- Made from src/failure-codes.ts: UPDATE_DOCS=1 npm run test:unit writes it. -->
`;

describe('failure codes', () => {
  it('are in docs/failures.md, each with its meaning', () => {
    const rows = Object.entries(FAILURES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
    const text = `${INTRODUCTION}\n${rows.join('\n')}\n`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DOCUMENT, text);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text);
  });

  it('are all in use', () => {
    const src = new URL('.', import.meta.url);
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.tsx?$/.test(file) && !file.includes('failure-codes') && !file.includes('.test.'),
    );
    const text = files.map((file) => readFileSync(new URL(file, src), 'utf8')).join('');
    expect(Object.keys(FAILURES).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});
