/** How many of those who agree differ from each other. */
import type { Dimension } from '../policy/policy.js';
import type { Admitted } from './admit.js';

/** The value of a claim in a dimension. */
function valueOf({ operator, claim }: Admitted, dimension: Dimension): string {
  switch (dimension) {
    case 'operators':
      return operator;
    case 'cpuVendors':
      return claim.how.cpuVendor;
    case 'kernels':
      return claim.how.kernel;
    case 'seeds':
      return claim.seeds.map(({ path }) => path).join(' ');
    case 'builders':
      return claim.how.builder;
  }
}

/**
 * The size of the largest set of claims in which no two share an operator or a value, so an operator who claims to have every kind of
 * machine counts once. It is a maximum matching of operators and values, found by augmenting paths.
 */
export function countIndependent(claims: readonly Admitted[], dimension: Dimension): number {
  const values = new Map<string, Set<string>>();
  for (const one of claims) {
    const said = values.get(one.operator) ?? new Set<string>();
    values.set(one.operator, said.add(valueOf(one, dimension)));
  }
  const holder = new Map<string, string>();
  const place = (operator: string, tried: Set<string>): boolean => {
    for (const value of values.get(operator)!) {
      if (tried.has(value)) continue;
      tried.add(value);
      const other = holder.get(value);
      if (other !== undefined && !place(other, tried)) continue;
      holder.set(value, operator);
      return true;
    }
    return false;
  };
  return [...values.keys()].filter((operator) => place(operator, new Set())).length;
}
