import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFirmware, findProgram, hasKvm } from './host.js';

describe('what this machine has of QEMU', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zilch-host-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is found in PATH, or said to be missing, with how to get it', () => {
    expect(findProgram(folder)).toMatchObject({ ok: false, failure: { code: 'E_NO_QEMU', hint: expect.stringContaining('apt-get') as string } });
    const program = join(folder, 'qemu-system-x86_64');
    writeFileSync(program, '');
    expect(findProgram(`/none:${folder}`).ok).toBe(false);
    chmodSync(program, 0o755);
    expect(findProgram(`/none::${folder}`)).toEqual({ ok: true, value: program });
  });

  it('is firmware only when both of its files are there', () => {
    const [code, variables] = [join(folder, 'code'), join(folder, 'variables')];
    writeFileSync(code, '');
    expect(findFirmware([{ code, variables }])).toMatchObject({ ok: false, failure: { code: 'E_NO_FIRMWARE' } });
    writeFileSync(variables, '');
    expect(
      findFirmware([
        { code: '/none', variables },
        { code, variables },
      ]),
    ).toEqual({ ok: true, value: { code, variables } });
  });

  it('has no KVM where the device cannot be opened', () => {
    expect(hasKvm(join(folder, 'kvm'))).toBe(false);
  });
});
