/** Finds the files of an output that contain a store path, for the author of the recipe. */
import { lstatSync, readdirSync } from 'node:fs';
import { storePathHash, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { scanTree } from '../store/index.js';

/** The most files that a failure names. */
const NAMED = 5;

/** Names some of the files below `root` that contain the path: `$out/bin/tool, $out/lib/a.so and 3 more`. */
export async function nameFiles(path: StorePath, outputName: string, root: string): Promise<Result<string>> {
  const files = await filesNaming(path, root);
  if (!files.ok) return files;
  const named = files.value.slice(0, NAMED).map((file) => `$${outputName}${file}`);
  const more = files.value.length > NAMED ? ` and ${files.value.length - NAMED} more` : '';
  return ok(`${named.join(', ')}${more}`);
}

/** The files below `root`, as `/bin/tool`, that have the path's hash in their content, target or name. */
async function filesNaming(path: StorePath, root: string): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  const pending = [''];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const hostPath = `${root}${file}`;
    const isDirectory = lstatSync(hostPath).isDirectory();
    if (isDirectory) for (const name of readdirSync(hostPath).sort().reverse()) pending.push(`${file}/${name}`);
    const scan = isDirectory ? ok({ references: [] as readonly StorePath[] }) : await scanTree(hostPath, [path]);
    if (!scan.ok) return scan;
    if (scan.value.references.length > 0 || file.slice(file.lastIndexOf('/')).includes(storePathHash(path))) found.push(file);
  }
  return ok(found);
}
