/**
 * An independent reader of the seed's notation: it checks what the seed accepts unchecked. Fails on whatever is not a
 * comment, a byte, a label or a reference; on labels that are missing, or there twice.
 */
export function readLabelledHex(text: string): Buffer {
  const lines = text.split('\n').slice(1);
  const labels = new Map<string, number>();
  const references: { readonly label: string; readonly end: number }[] = [];
  const bytes: number[] = [];
  for (const [n, line] of lines.entries()) {
    for (const [word] of line.replace(/#.*/, '').matchAll(/\S+/g)) {
      const [first, name] = [word[0], word.slice(1)];
      if (/^[0-9a-f]{2}$/.test(word)) bytes.push(Number.parseInt(word, 16));
      else if (word.length === 2 && first === ':') {
        if (labels.has(name)) throw new Error(`line ${n + 2}: label ${name} is there already`);
        labels.set(name, bytes.length);
      } else if (word.length === 2 && first === '>') {
        bytes.push(0, 0, 0, 0);
        references.push({ label: name, end: bytes.length });
      } else throw new Error(`line ${n + 2}: ${word} is neither a byte, a label nor a reference`);
    }
  }
  const result = Buffer.from(bytes);
  for (const { label, end } of references) {
    const to = labels.get(label);
    if (to === undefined) throw new Error(`there is no label ${label}`);
    result.writeInt32LE(to - end, end - 4);
  }
  return result;
}

/** The program that stands in the comments, for nasm. Jumps are long unless they say that they are short. */
export function assemblerOf(text: string): string {
  const lines = text.split('\n').map((line) => /^(?!##)[^#]*#(.*)/.exec(line)?.[1] ?? '');
  return `BITS 64\n${lines.map((line) => line.replace(/^(\s*(?:\w+:)?\s*j[a-z]+) (?!short|r[a-d]x)(\w+)/, '$1 near $2')).join('\n')}\n`;
}
