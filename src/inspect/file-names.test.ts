import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_CHAIN } from '../chain/index.js';
import { fileName, fileNamed } from './file-names.js';

describe('the name of a file in a report', () => {
  it.each([
    ['/some/chain', '/some/chain/chain.ts', 'chain.ts'],
    ['/some/chain', join(OWN_CHAIN, '0-seed/seed.hex'), 'zilch/bootstrap/0-seed/seed.hex'],
    [OWN_CHAIN, join(OWN_CHAIN, '0-seed/seed.hex'), '0-seed/seed.hex'],
    ['/some/chain', '/some/other.ts', '../other.ts'],
  ])('in %s of %s is %s, and leads back to it', (directory, file, name) => {
    expect(fileName(directory, file)).toBe(name);
    expect(fileNamed(directory, name)).toBe(file);
  });
});
