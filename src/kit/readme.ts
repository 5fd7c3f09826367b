import type { Source } from '../recipe/index.js';

/** What stands in the kit's own README.md. */
export function kitReadme(steps: readonly { readonly label: string; readonly file: string }[], sources: readonly Source[]): string {
  return `# The kit: ${steps.at(-1)?.label ?? 'nothing'}, from 148 bytes

\`./start\` builds everything in \`steps/\`, in order. It takes nothing of the machine but its kernel and, to write the first 148 bytes into a file, a
shell; as its first process a bare kernel takes \`init\`. What is built lies in \`nix/store\`. Stop it when you like, and start it again: it goes on.

| | |
|---|---|
| \`seed.hex\`, \`start\` | the 148 bytes, and what they do; a script that puts them into a file |
| \`climb/\` | from these bytes to a C compiler: hexadecimal, then three languages |
| \`first.script\`, \`boot.script\`, \`steps.script\` | the commands up to the first shell: on a system that runs, on a bare kernel, and what both have in common |
| \`kit/\` | the builder, in C |
| \`drive\` | what the first shell does |
| \`steps/\` | every build: its environment, builder and arguments |
| \`inputs.list\`, \`inputs/\`, \`sources/\` | what is taken from outside: files that lie beside the recipes, and tarballs as published |
| \`pins\` | what has to come out |
| \`registration\` | written at the end: \`nix-store --store "$PWD" --load-db <registration\` makes a Nix store of this folder |

## Tarballs

They lie in \`sources/\`, or are to be put there. Each is hashed before it is used.

| file | sha256 | from |
|---|---|---|
${sources.map(({ file, sha256, locations }) => `| ${file} | \`${sha256}\` | ${locations.map((place) => (place.kind === 'url' ? place.url : `a mirror of Debian, ${place.path}`)).join(', ')} |`).join('\n')}
`;
}
