/** Differences of programs and object files: sections and, if objdump is installed, the code of functions. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diffLines, type Hunk } from './lines.js';

export interface ElfDifference {
  /** Sections that differ; sizes in bytes, missing if there is no such section. */
  readonly sections: readonly { readonly name: string; readonly first: number | undefined; readonly second: number | undefined }[];
  /** Functions whose instructions differ, ignoring addresses; `undefined` if they could not be disassembled. */
  readonly functions: readonly { readonly name: string; readonly hunks: readonly Hunk[] }[] | undefined;
}

const MAX_DISASSEMBLED = 16 * 2 ** 20;
const MAX_OUTPUT = 256 * 2 ** 20;
const MAX_FUNCTIONS = 20;
const TIMEOUT_MS = 30_000;

/** True for 64-bit little-endian ELF files. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
}

/** Compares two ELF files that are not equal. */
export async function diffElf(a: Buffer, b: Buffer): Promise<ElfDifference> {
  const [sectionsA, sectionsB] = [sectionsOf(a), sectionsOf(b)];
  const sections = [...new Set([...sectionsA.keys(), ...sectionsB.keys()])].flatMap((name) => {
    const [first, second] = [sectionsA.get(name), sectionsB.get(name)];
    return first !== undefined && second !== undefined && first.equals(second) ? [] : [{ name, first: first?.length, second: second?.length }];
  });
  const [codeA, codeB] = [await disassemble(a), await disassemble(b)];
  if (codeA === undefined || codeB === undefined) return { sections, functions: undefined };
  const functions = [];
  for (const name of new Set([...codeA.keys(), ...codeB.keys()])) {
    const hunks = diffLines(codeA.get(name) ?? [], codeB.get(name) ?? []);
    if (hunks.length > 0) functions.push({ name, hunks });
    if (functions.length === MAX_FUNCTIONS) break;
  }
  return { sections, functions };
}

/** Contents by section name; sections outside the file, from a damaged header, are left out. Source: elf(5). */
function sectionsOf(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const [table, entrySize, count, namesIndex] = [
    Number(bytes.readBigUInt64LE(40)),
    bytes.readUInt16LE(58),
    bytes.readUInt16LE(60),
    bytes.readUInt16LE(62),
  ];
  const header = (index: number): Buffer | undefined => {
    const at = table + index * entrySize;
    return entrySize >= 64 && at + 64 <= bytes.length ? bytes.subarray(at, at + 64) : undefined;
  };
  const contents = (section: Buffer): Buffer => {
    const NOBITS = 8;
    if (section.readUInt32LE(4) === NOBITS) return Buffer.alloc(0);
    const offset = Number(section.readBigUInt64LE(24));
    return bytes.subarray(offset, offset + Number(section.readBigUInt64LE(32)));
  };
  const nameTable = header(namesIndex);
  const names = nameTable === undefined ? Buffer.alloc(0) : contents(nameTable);
  const sections = new Map<string, Buffer>();
  for (let index = 1; index < count; index++) {
    const section = header(index);
    if (section === undefined) break;
    const start = section.readUInt32LE(0);
    const end = names.indexOf(0, start);
    const name = names.toString('latin1', start, end === -1 ? names.length : end);
    sections.set(sections.has(name) ? `${name} #${index}` : name, contents(section));
  }
  return sections;
}

/** Instructions by function, without addresses, so code that only moved is equal. */
async function disassemble(elf: Buffer): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  if (elf.length > MAX_DISASSEMBLED) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'zilch-diff-'));
  try {
    const file = join(directory, 'elf');
    await writeFile(file, elf);
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
    const { stdout } = await promisify(execFile)('objdump', ['--disassemble', '--no-show-raw-insn', file], options);
    return functionsOf(stdout);
  } catch (error) {
    // objdump is missing, or cannot read this file, or takes too long.
    if ((error as { code?: unknown }).code !== undefined || (error as { killed?: unknown }).killed === true) return undefined;
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function functionsOf(listing: string): ReadonlyMap<string, readonly string[]> {
  const functions = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of listing.split('\n')) {
    const name = /^[0-9a-f]+ <(.*)>:$/.exec(line)?.[1];
    if (name !== undefined) {
      current = functions.get(name) ?? [];
      functions.set(name, current);
      continue;
    }
    const instruction = /^\s+[0-9a-f]+:\s+(.*)$/.exec(line)?.[1];
    if (instruction !== undefined) current?.push(instruction.replace(/\b[0-9a-f]+ (?=<)/, '').replace(/# [0-9a-f]+ (?=<)/, '# '));
  }
  return functions;
}
