/**
 * All failures, by code, with their meaning. Codes are stable: scripts may compare them. docs/failures.md is generated
 * from this.
 */
export const FAILURES = {
  // The command line
  E_USAGE: 'the command line cannot be understood',
  E_TARGET: 'the chain has no target or output of that name',
  E_NO_CHAIN: 'the directory has no chain.ts',
  E_CACHE_ADDRESS: "a cache's address is neither a folder nor a URL",
  E_KEY: 'a key is malformed, or is the wrong one',
  E_EXISTS: 'the file or directory to write exists already',
  E_LISTEN: 'the address or port to listen at is not free',
  E_NO_SHELL: 'the target has no shell to open',
  E_NO_PROGRAM: 'the target has no program to run',
  E_NO_FILE: 'a file that the command line names does not exist',

  // Chains and recipes
  E_CHAIN: 'chain.ts or a file that it imports throws, or exports no chain',
  E_RECIPE: 'a recipe is wrong, in the file and line that the message names',
  E_CHECK: '`zilch check` has found something',
  E_GRAPH: 'a derivation or output that something needs is not known',
  E_CYCLE: 'something needs itself, directly or through others',
  E_UNSUPPORTED: 'a feature of Nix that Zilch does not have',

  // The seed
  E_SEED_MISSING: 'the seed is not there',
  E_SEED_NOT_ELF: 'the seed is not a program',
  E_SEED_MACHINE: 'the seed is for another kind of machine',
  E_SEED_DYNAMIC: 'the seed needs a dynamic linker, which a sandbox does not have',
  E_SEED_RUN: 'the seed cannot be run',
  E_SEED_CRASH: 'the seed crashed',
  E_SEED_NOT_TCC: 'the seed is not a TinyCC',

  // Sources
  E_FETCH: 'a source could not be fetched from any place',
  E_SOURCE: 'a source is not in the store yet',
  E_SIZE: 'a file does not have the size of its pin',
  E_HASH: 'a hash is malformed, or a file does not have the hash of its pin',
  E_BUNDLE: 'a file is not a bundle of sources',
  E_SOURCE_SIGNATURE: 'what upstream signed is not what the chain has',
  E_UPSTREAM_LIST: 'a release has no list of its files by upstream, or one that does not hold',
  E_SOURCE_LOST: 'no known address has a source any more',
  E_PROGRAM: 'a program that Zilch runs is missing or fails',

  // Building
  E_BUILD: 'a build failed',
  E_TIMEOUT: 'a build took longer, or was silent for longer, than it may',
  E_INPUT: 'an input cannot be built, or is gone',
  E_SANDBOX: 'the machine cannot make a sandbox; `zilch doctor` says why',
  E_CANCELLED: 'stopped on request',
  E_OUTPUT_MISSING: 'the builder made no output',
  E_OUTPUT_CYCLE: 'outputs of one derivation refer to each other in a cycle',
  E_OUTPUT_MODE: 'others could write to the output',
  E_OUTPUT_SYMLINK: 'the output is a link out of the store',
  E_REFERENCES: 'an output refers to what its recipe forbids',
  E_SELF_REFERENCE: 'an output names its own path',
  E_FILE_TYPE: 'a device, pipe or socket, which a store cannot hold',
  E_FILE_CHANGED: 'a file changed while it was read',
  E_DIFFERENT: 'an output was built, but differs from an earlier or another build',
  E_PINS: 'the file of pins cannot be read',
  E_NOT_BUILT: 'the target is not built yet',
  E_NOT_KEPT: 'the directory of the failed build was not kept',
  E_NO_TEST: 'the target has no test',
  E_NO_LOG: 'there is no log',
  E_NO_RUN: 'there is no such run',

  // The store
  E_NO_STORE: 'there is no store, or an incomplete one',
  E_STORE_PATH: 'not a store path',
  E_STORE_NAME: 'a name that a store path cannot have',
  E_STORE_SCHEMA: 'the store belongs to another version of Nix or Zilch',
  E_STORE_BUSY: 'another process uses the store',
  E_STORE_DAMAGED: 'files in the store differ from what was registered',
  E_DATABASE: "the store's database is damaged",
  E_NOT_VALID: 'the store does not have that path',
  E_REFERENCE: 'a path cannot be registered or deleted because of what it refers to, or what refers to it',
  E_PATH_MISSING: 'a registered path is not there',
  E_PATH_ALTERED: 'a registered path has other contents',
  E_PATH_METADATA: 'a registered path has modes, times or attributes that its hash does not cover',
  E_PATH_CONFLICT: 'a path is already registered with other contents',
  E_REALISATION_CONFLICT: 'the same output of the same derivation is known under another path',

  // The machine
  E_NOT_FOUND: 'a file does not exist',
  E_PERMISSION: 'no permission',
  E_READ_ONLY: 'the file system is read-only',
  E_DISK_FULL: 'no space, inodes or quota left',
  E_NO_ROOM: 'there is not enough space or memory for the build',
  E_IO: 'the disk or file system failed',
  E_MEMORY: 'there is not enough memory',
  E_NETWORK: 'the network or the other side failed',
  E_HTTP: 'a server gives an answer that violates HTTP or that Zilch does not accept',
  E_PROXY: "a proxy's address is wrong",

  // Nix and formats
  E_NO_NIX: 'Nix is not installed, or its version is not supported',
  E_NIX: 'Nix failed',
  E_BASE32: "not Nix's base 32",
  E_HEX: 'not hexadecimal',
  E_NAR: 'a Nix archive is malformed',
  E_NAR_SIZE: 'a Nix archive does not have the promised size',
  E_NAR_HASH: 'a Nix archive does not have the promised hash',
  E_ARCHIVE: 'an archive of store paths is malformed',
  E_DERIVATION: 'a derivation is malformed',
  E_NOT_A_DERIVATION: 'the store path is not a derivation',
  E_NARINFO: 'a narinfo is malformed',
  E_REALISATION: 'a realisation is malformed',
  E_SIGNATURE: 'a signature is malformed',
  E_CONTENT_ADDRESS: 'a content address is malformed, or does not fit the path',
  E_COMPRESSION: 'compressed data is damaged, or of an unknown kind',
  E_EXPORT: 'the chain cannot be exported as a flake',

  // Caches
  E_NOT_IN_CACHE: 'no cache has it',
  E_CACHE_ANSWER: 'a cache gives an invalid answer',
  E_UNTRUSTED: 'no trusted key has signed it',

  // Claims
  E_CLAIM: 'a claim is malformed, or its signature is wrong',
  E_CLAIMS_FILE: 'a file of claims has a line that is not its signer’s claim',
  E_POLICY: 'a policy is malformed, or accepts everything',
  E_POLICY_OPEN: 'claims that the policy needs are missing',
  E_DISAGREEMENT: 'claims contradict each other',
  E_NOT_RECORDED: 'the store does not know how something was built',
  E_JSON: 'not JSON, or JSON that can be read in two ways',

  // Machines
  E_NO_QEMU: 'QEMU is not installed',
  E_NO_FIRMWARE: 'UEFI firmware for QEMU is not installed',
  E_MACHINE: 'the machine in QEMU does not answer, or failed',

  // Defects
  E_UNFINISHED: 'the command ended before its work was done: a defect of Zilch',
  E_INTERNAL: 'a defect of Zilch',
} as const satisfies Readonly<Record<`E_${string}`, string>>;

export type FailureCode = keyof typeof FAILURES;
