/**
 * A chain as large as a distribution's, for pictures: many packages in ten stages, each of which needs the first packages
 * and some that were made shortly before it. The same at every call. Its recipes can be drawn; they can be built where `builder` names a
 * shell, in TypeScript: `text\`${shell}\``, with `before` the lines that define it.
 */
export function largeChain(packages: number, { builder = "'/none'", before = '' } = {}): string {
  let state = 1;
  // Numerical Recipes' generator: what matters is only that it is the same everywhere.
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const stages = 10;
  const lines = Array.from({ length: packages }, (_, index) => {
    const tools = [0, 1, 2, 3].filter((tool) => tool < index);
    const recent = Array.from({ length: 1 + random(3) }, () => index - 1 - random(25)).filter((need) => need >= 0);
    const needs = [...new Set([...tools, ...recent])].map((need) => `\${p${need}}/bin`).join(':');
    return `const p${index} = recipe({ name: 'package-${index}', version: '1.${random(30)}', builder: ${builder}, args: ['-c', text\`echo ${needs} >$out\`] });`;
  });
  const tables = Array.from({ length: stages }, (_, stage) => {
    const names = Array.from({ length: packages }, (_name, index) => index).filter((index) => Math.floor((index * stages) / packages) === stage);
    return `'stage ${stage}': { ${names.map((index) => `'package-${index}': p${index}`).join(', ')} }`;
  });
  return `import { chain, local, recipe, text } from 'zilch';\n${before}${lines.join('\n')}\nexport default chain('package-${packages - 1}', { ${tables.join(',\n')} });\n`;
}
