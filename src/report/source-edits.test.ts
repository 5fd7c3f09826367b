import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editsOfScript, editsOfTables } from './source-edits.js';

describe('the changes of a script', () => {
  it('have the comment above them, or above their paragraph, as their reason', () => {
    const script = `
phase unpack
unpack x.tar x # not a reason of anything

# The first
# reason.
edit a.c 'old
line' "new \\"quoted\\" $line"
edit a.h OLD \\
  ''
# Another.
(cd x && patch -p1 -i the.patch && edit b.c x y); sed -i 's/a/b/' b.mk

edit last.c 1 2`;
    expect(editsOfScript(script)).toEqual([
      { file: 'a.c', reason: 'The first reason.', change: { old: 'old\nline', new: 'new "quoted" $line' } },
      { file: 'a.h', reason: 'The first reason.', change: { old: 'OLD', new: '' } },
      { file: 'b.c', reason: 'Another.', change: { old: 'x', new: 'y' } },
      { file: '', reason: 'Another.', change: { command: "sed -i 's/a/b/' b.mk" } },
      { file: 'last.c', reason: '', change: { old: '1', new: '2' } },
    ]);
  });

  it('are none of the commands and comments that only speak of them', () => {
    expect(editsOfScript(`# edit a b c\necho edit a b c\ngrep 'edit a b c' "$(edit a b c)" | sed 's/i/j/'\nedit too few`)).toEqual([]);
  });

  it('are read of any text without an end or a crash', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('edit', 'a', ' ', '\n', "'", '"', '\\', '#', '$', '(', ')', ';', '&', '|', '{', '}', '<'), maxLength: 60 }),
        (script) => {
          for (const { change } of editsOfScript(script)) expect(change).toBeDefined();
        },
      ),
    );
  });
});

describe('the changes of a table in C', () => {
  it('have their reason beside them', () => {
    const source = `
static const struct edit edits[] = {
    { "a.c", "because", /* a { comment, */
        "old \\"text\\"\\n"
        "\\tgoes on\\n", "" },
    { "b.c", "as above", "\\x41\\101", "new" },
    { NULL }
};
static const char *others[] = { "a", "b", "c", "d" };`;
    expect(editsOfTables(source)).toEqual([
      { file: 'a.c', reason: 'because', change: { old: 'old "text"\n\tgoes on\n', new: '' } },
      { file: 'b.c', reason: 'as above', change: { old: 'AA', new: 'new' } },
    ]);
  });

  it.each(['tinycc.c', 'protomusl.c'])('are all found in stage 1’s %s, each with a reason', (file) => {
    const source = readFileSync(new URL(`../../bootstrap/1-stage1/${file}`, import.meta.url), 'utf8');
    const edits = editsOfTables(source);
    expect(edits).toHaveLength(source.match(/^ {4}\{ "/gm)!.length);
    for (const { file: changed, reason, change } of edits) {
      expect(reason).not.toBe('');
      expect(changed).toMatch(/^[\w./-]+$/);
      expect(change).not.toEqual({ old: '', new: '' });
    }
  });
});
