/**
 * Faults that tests must notice, each planted by itself by `npm run mutants`. `old` stands once in its file; where a change of the code
 * moves it, the run says so, and the fault is to be written anew.
 */
export interface Fault {
  /** Below src/. */
  readonly file: string;
  readonly old: string;
  readonly new: string;
  /** Below src/: what must fail. */
  readonly tests: string;
}

const base32 = (old: string, replacement: string): Fault => ({ file: 'formats/base32.ts', old, new: replacement, tests: 'formats/base32.test.ts' });
const signature = (old: string, replacement: string): Fault => ({
  ...{ file: 'formats/signature.ts', old, new: replacement },
  tests: 'formats/signature.test.ts',
});
const narInfo = (old: string, replacement: string): Fault => ({
  file: 'formats/narinfo.ts',
  old,
  new: replacement,
  tests: 'formats/narinfo.test.ts',
});
const parser = (old: string, replacement: string): Fault => ({
  file: 'formats/nar/parser.ts',
  old,
  new: replacement,
  tests: 'formats/nar/nar.test.ts',
});
const scanner = (old: string, replacement: string): Fault => ({
  ...{ file: 'formats/nar/reference-scanner.ts', old, new: replacement },
  tests: 'formats/nar/rewriting.test.ts',
});
const storePath = (old: string, replacement: string): Fault => ({
  ...{ file: 'formats/store-path.ts', old, new: replacement },
  tests: 'formats/store-path.test.ts',
});
const modulo = (old: string, replacement: string): Fault => ({
  ...{ file: 'formats/derivation/modulo.ts', old, new: replacement },
  tests: 'formats/derivation/derivation.test.ts',
});
const gc = (old: string, replacement: string): Fault => ({ file: 'store/gc.ts', old, new: replacement, tests: 'store/gc.test.ts' });
const verify = (old: string, replacement: string): Fault => ({ file: 'store/verify.ts', old, new: replacement, tests: 'store/verify.test.ts' });
const sqlite = (old: string, replacement: string): Fault => ({
  ...{ file: 'store/sqlite.ts', old, new: replacement },
  tests: 'store/failing-disk.test.ts',
});
const canonical = (old: string, replacement: string): Fault => ({
  ...{ file: 'store/tree/canonicalise.ts', old, new: replacement },
  tests: 'store/store.test.ts',
});
const sandbox = (old: string, replacement: string): Fault => ({ file: 'build/sandbox.ts', old, new: replacement, tests: 'build/sandbox.test.ts' });
const seccomp = (old: string, replacement: string): Fault => ({ file: 'build/seccomp.ts', old, new: replacement, tests: 'build/seccomp.test.ts' });
const rules = (old: string, replacement: string): Fault => ({ file: 'build/rules.ts', old, new: replacement, tests: 'build/rules.test.ts' });
const self = (old: string, replacement: string): Fault => ({ file: 'build/self-reference.ts', old, new: replacement, tests: 'build/rules.test.ts' });
const outputs = (old: string, replacement: string): Fault => ({ file: 'build/outputs.ts', old, new: replacement, tests: 'build/outputs.test.ts' });
const graph = (old: string, replacement: string): Fault => ({ file: 'build/graph.ts', old, new: replacement, tests: 'build/graph.test.ts' });
const schedule = (old: string, replacement: string): Fault => ({ file: 'build/schedule.ts', old, new: replacement, tests: 'build/schedule.test.ts' });
const trust = (old: string, replacement: string): Fault => ({
  ...{ file: 'exchange/cache/trust.ts', old, new: replacement },
  tests: 'exchange/cache/trust.test.ts',
});
const inOrder = (old: string, replacement: string): Fault => ({
  file: 'exchange/in-order.ts',
  old,
  new: replacement,
  tests: 'exchange/in-order.test.ts',
});

export const FAULTS: readonly Fault[] = [
  // formats
  base32('((low | high) & 31)', '((low | high) & 15)'),
  base32('shift > 3 ?', 'shift > 4 ?'),
  base32('if (index + 1 >= byteCount) return', 'if (index + 1 > byteCount) return'),
  base32('text.charAt(text.length - 1 - n)', 'text.charAt(n)'),
  signature('key.name === name && verify(', 'verify('),
  signature('key.name === name && verify(null, Buffer.from(text), key.key, bytes)', 'key.name === name'),
  signature("&& bytes.toString('base64') === base64", ''),
  signature('if (!rawPublicKey(secret.key).equals(bytes.subarray(KEY_BYTES)))', 'if (secret === undefined)'),
  narInfo("narSize, [...references].sort().join(',')]", "narSize, references.join(',')]"),
  narInfo('writeHash(sha256Hash(narHash)), narSize, [', 'writeHash(sha256Hash(narHash)), ['),
  narInfo("if (lines.pop() !== '')", 'if (lines.pop() === undefined)'),
  narInfo("if (narHash.algorithm !== 'sha256')", "if (narHash.algorithm === 'md5')"),
  narInfo('if (second !== undefined) throw', 'if (second === field) throw'),
  parser("text === '' || text === '.' || text === '..' ||", "text === '' || text === '.' ||"),
  parser("text.includes('/') ||", ''),
  parser('if (order === 0) this', 'if (order === 2) this'),
  parser('if (order < 0) this', 'if (order < -1) this'),
  parser(
    "if (this.bytes[index] !== 0) this.problem('padding is not zero')",
    "if (this.bytes[index] === undefined) this.problem('padding is not zero')",
  ),
  parser('this.done && this.available > 0 && !this.mayBeFollowed', 'false'),
  parser('if (this.lastNames.length === MAX_DEPTH)', 'if (this.lastNames.length === -1)'),
  scanner('this.search(this.border, this.held + taken);', ''),
  scanner('start = end + 1;', 'start = end + HASH_LENGTH;'),
  scanner('if (end === length || IS_BASE32[bytes[end]!] === 0) break;', 'break;'),
  storePath("[...new Set(others)].sort(), ...(self ? ['self'] : [])]", '[...new Set(others)].sort()]'),
  storePath('[...new Set(others)].sort()', '[...new Set(others)]'),
  storePath('compressHash(digest, 20)', 'digest.subarray(0, 20)'),
  storePath('{1,211}$/', '{1,212}$/'),
  modulo('const known = fixedOutputHashes(drv) ?? impureOutputHashes(drv);', 'const known = impureOutputHashes(drv);'),
  modulo("if (output.kind !== 'fixed') return undefined;", ''),
  // store
  gc('pending.push(...node.references);', ''),
  gc('if (node.deriver !== undefined) pending.push(node.deriver);', ''),
  gc('for (const { path } of held) this.addRoot(path);', ''),
  gc('if (stranger !== undefined) this.#markLive(path);\n      else dying.add(path);', 'dying.add(path);'),
  gc('return !this.#heldHashes.has(storePathHash(parsed.value)) && ', 'return '),
  verify('if (digest.value.narHash === info.narHash) {', 'if (digest.value.narSize === info.narSize) {'),
  verify('if (extra.value === undefined) return undefined;', 'return undefined;'),
  verify('if (lstatSync(hostPath, { throwIfNoEntry: false }) === undefined) {', 'if (hostPath.length === 0) {'),
  canonical('(stat.mode & 0o100) !== 0 ? 0o555', '(stat.mode & 0o001) !== 0 ? 0o555'),
  canonical('if (stat.mtimeMs !== STORE_MTIME * 1000) lutimesSync(bytes, stat.atime, STORE_MTIME);', ''),
  canonical("if (kind === 'other') {", 'if (typeName.length === 9) {'),
  sqlite('if (!whole.ok) return whole.failure;', ''),
  sqlite('hint: FAILING_DISK_HINT, cause: error };', 'cause: error };'),
  // build: what keeps a builder in its sandbox
  sandbox("'--unshare-net', ", ''),
  sandbox("'--unshare-pid', ", ''),
  sandbox("['--ro-bind', input.hostPath, input.path]", "['--bind', input.hostPath, input.path]"),
  sandbox("['--ro-bind', `${spec.etcDir}/${name}`", "['--bind', `${spec.etcDir}/${name}`"),
  sandbox(", '--cap-drop', 'ALL'", ''),
  sandbox(", '--clearenv'", ''),
  sandbox(", '--remount-ro', '/dev'", ''),
  seccomp('const SETUID_BITS = 0o6000;', 'const SETUID_BITS = 0o4000;'),
  seccomp('chmods: [[90, 1], [91, 1], [268, 2], [452, 2]], // prettier-ignore', 'chmods: [[90, 1], [91, 1], [268, 2]], // prettier-ignore'),
  seccomp('const IO_URING = [425, 426, 427];', 'const IO_URING = [426, 427];'),
  seccomp('setxattrs: [188, 189, 190],', 'setxattrs: [188, 189],'),
  seccomp('program.push([RETURN, 0, 0, RET_KILL]);', 'program.push([RETURN, 0, 0, RET_ALLOW]);'),
  rules("{ attribute: 'disallowedRequisites', allows: false, closure: true },", ''),
  rules(
    "{ attribute: 'disallowedRequisites', allows: false, closure: true }",
    "{ attribute: 'disallowedRequisites', allows: false, closure: false }",
  ),
  rules('listed.value.has(path) !== rule.allows', 'listed.value.has(path) === rule.allows'),
  self('!refused.has(outputName) || ', ''),
  self("['disallowedReferences', 'noSelfReferences']", "['disallowedReferences']"),
  outputs('sha256Hash(scan.narHash)) : await', 'sha256Hash(scan.scratch as never)) : await'),
  graph('if (isRealised(input, names)) continue;', ''),
  graph('if (open.has(drvPath)) return', 'if (open.size < 0) return'),
  schedule('stopped ||= !options.keepGoing;', 'stopped ||= options.keepGoing;'),
  schedule('running.size < options.jobs && ', ''),
  schedule('ready.sort((a, b) => rankOf(b) - rankOf(a));', 'ready.sort((a, b) => rankOf(a) - rankOf(b));'),
  // exchange: whom it believes
  trust('isSigned(realisationFingerprint(realisation), realisation.signatures, trust)', 'true'),
  trust('isSigned(pathFingerprint(info), info.signatures, trust)', 'true'),
  trust('said?.narHash === info.narHash && said.narSize', 'said?.narSize'),
  trust("&& said.references.join(' ') === [...info.references].sort().join(' ')", ''),
  trust('vouched.realisations.get(id) === path', 'vouched.realisations.has(id)'),
  trust(', ...realisation.dependentRealisations]', ']'),
  inOrder('other !== thing && ', ''),
];
