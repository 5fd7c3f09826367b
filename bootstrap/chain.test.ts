import { describe, expect, it } from 'vitest';
import chain from './chain.ts';

describe('the targets of the chain', () => {
  it.each(chain.targets.map(({ name, recipe }) => [name, recipe.description]))('%s says in one line what it is', (_name, description) => {
    expect(description).toMatch(/^[^\n]{5,100}$/);
  });
});
