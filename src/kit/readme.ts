import type { Source } from '../recipe/index.js';

/** The kit's own README.md. */
export function kitReadme(steps: readonly { readonly label: string; readonly file: string }[], sources: readonly Source[]): string {
  return `# The kit: ${steps.at(-1)?.label ?? 'nothing'}, from 148 bytes

\`./start\` builds everything in \`steps/\`, in order. It uses only the machine's kernel, and a shell to write the first 148 bytes into a file. A bare
kernel can run \`init\` as its first process. The results are in \`nix/store\`. You can stop it at any time and start it again; it continues.

| | |
|---|---|
| \`seed.hex\`, \`start\` | the 148 bytes, explained; a script that puts them into a file |
| \`climb/\` | the sources from these bytes to a C compiler: hexadecimal, then three languages |
| \`first.script\`, \`boot.script\` | the commands from there to the builder: on a running system, and on a bare kernel |
| \`kit/\` | the builder, in C, which builds the steps up to the first shell |
| \`drive\` | what the first shell does |
| \`steps/\` | every build: its environment, builder and arguments |
| \`inputs.list\`, \`inputs/\`, \`sources/\` | inputs from outside: files beside the recipes, and published tarballs |
| \`pins\` | the expected results |
| \`registration\` | written at the end: \`nix-store --store "$PWD" --load-db <registration\` makes a Nix store of this folder |

## Tarballs

They are in \`sources/\`, or you have to put them there. Each is hashed before it is used.

| file | sha256 | from |
|---|---|---|
${sources.map(({ file, sha256, locations }) => `| ${file} | \`${sha256}\` | ${locations.map((place) => (place.kind === 'url' ? place.url : `a mirror of Debian, ${place.path}`)).join(', ')} |`).join('\n')}
`;
}
