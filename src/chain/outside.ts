/** Finds out which files a chain's code is in, and whether it may look at anything else: then nothing is remembered of it. */
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What gives the same wherever and whenever it is asked. All other globals lead outside: `process`, `Date`, `fetch`, `eval`, … */
const PURE = new Set(
  `undefined NaN Infinity Object Array Boolean Number String Symbol BigInt RegExp Promise Map Set WeakMap WeakSet JSON Math Reflect Proxy Iterator
   Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError isFinite isNaN parseFloat parseInt structuredClone
   ArrayBuffer DataView Buffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array Float32Array
   Float64Array Uint8ClampedArray decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape atob btoa URL URLSearchParams
   TextEncoder TextDecoder`.split(/\s+/),
);
/** What jiti gives modules besides, and what is not a global's name. */
const MORE = ['require', 'module', 'exports', '__filename', '__dirname', 'Math.random', 'import.meta.dirname', 'import.meta.filename'];
const MARK = 'zilchLooksOutside';

/** Where names of imports lead. */
export interface ImportNames {
  /** The import that is the recipe language. */
  readonly language: string;
  /** The name before `/`, and the folder it stands for. */
  readonly folders: Readonly<Record<string, string>>;
}

/** The files of the code of a chain; `undefined` where it may look at anything but these, or where that cannot be told. */
export async function codeOf(file: string, names: ImportNames): Promise<readonly string[] | undefined> {
  // Loaded here: only what is run for the first time is looked at.
  const { build } = await import('esbuild');
  const code = new Set<string>();
  const define = Object.fromEntries(
    [...Object.getOwnPropertyNames(globalThis).filter((name) => !PURE.has(name)), ...MORE].map((name) => [name, MARK]),
  );
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      ...{ bundle: true, write: false, format: 'esm', platform: 'neutral', target: 'esnext', logLevel: 'silent', charset: 'utf8' },
      ...{ treeShaking: false, ignoreAnnotations: true, tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } }, define },
      plugins: [finder(names, code)],
    });
    const text = outputFiles[0]?.text ?? MARK;
    return text.includes(MARK) || /\bimport\s*\(|\bimport\.meta\b(?!\.url\b)/.test(text) ? undefined : [...code].sort();
  } catch {
    // An import that leads elsewhere, or what esbuild does not understand.
    return undefined;
  }
}

/** Follows imports just as they are written: to where nothing that appears can lead them elsewhere. */
function finder({ language, folders }: ImportNames, code: Set<string>): Plugin {
  const follow = (path: string): { readonly path: string } => {
    if (!/\.(ts|json)$/.test(path)) throw new Error(`${path} is neither TypeScript nor data`);
    code.add(path);
    return { path };
  };
  return {
    name: 'finder',
    setup: (build) => {
      build.onResolve({ filter: /^/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point') return follow(path);
        if (kind !== 'import-statement') throw new Error(`${path} is not imported by a statement`);
        if (path === language) return { path, external: true };
        if (path.startsWith('./') || path.startsWith('../')) return follow(join(dirname(importer), path));
        const [folder, directory] = Object.entries(folders).find(([name]) => path.startsWith(`${name}/`)) ?? [];
        if (folder === undefined || directory === undefined) throw new Error(`${path} is outside`);
        return follow(join(directory, path.slice(folder.length + 1)));
      });
    },
  };
}
