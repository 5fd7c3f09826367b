import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MOST_BYTES } from './3-nix/toolchain-archive.ts';
import chain from './chain.ts';

describe('the targets of the chain', () => {
  it.each(chain.targets.map(({ name, recipe }) => [name, recipe.description]))('%s says in one line what it is', (_name, description) => {
    expect(description).toMatch(/^[^\n]{5,100}$/);
  });
});

describe('the archive of the toolchain', () => {
  it('is pinned as no larger than a download may be', () => {
    const pins = JSON.parse(readFileSync(new URL('./pins.json', import.meta.url), 'utf8')) as Readonly<Record<string, { readonly narSize: number }>>;
    expect(pins['toolchain-archive^out']!.narSize).toBeGreaterThan(1_000_000);
    expect(pins['toolchain-archive^out']!.narSize).toBeLessThanOrEqual(MOST_BYTES);
  });
});
