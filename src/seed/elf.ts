import { fail, ok, type Result } from '../result.js';

/** The first bytes of a file are enough: program headers follow the ELF header in every linker's output. */
export const ELF_HEAD_BYTES = 4096;

const MACHINE_X86_64 = 62;
const SEGMENT_INTERPRETER = 3;

/**
 * Fails unless the bytes are the start of a program for x86-64 Linux that needs no dynamic loader. Source: System V
 * ABI, "Object Files" (chapter 4) and "Program Loading" (chapter 5).
 */
export function checkStaticProgram(head: Buffer, file: string): Result<void> {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) {
    return fail(
      'E_SEED_NOT_ELF',
      `the seed ${file} is not a program: it does not begin like an ELF file`,
      'name the tcc binary itself, not a script or an archive',
    );
  }
  const is64Bit = head[4] === 2;
  if (!is64Bit || head.readUInt16LE(18) !== MACHINE_X86_64) {
    return fail('E_SEED_MACHINE', `the seed ${file} is not a program for x86-64`, 'compile it for x86-64 Linux');
  }
  const tableStart = Number(head.readBigUInt64LE(32));
  const entrySize = head.readUInt16LE(54);
  const entries = head.readUInt16LE(56);
  for (let index = 0; index < entries; index++) {
    const at = tableStart + index * entrySize;
    if (at + 4 > head.length) break;
    if (head.readUInt32LE(at) === SEGMENT_INTERPRETER) {
      return fail('E_SEED_DYNAMIC', `the seed ${file} is linked dynamically: the sandbox has no libraries for it`, 'link it with -static');
    }
  }
  return ok(undefined);
}
