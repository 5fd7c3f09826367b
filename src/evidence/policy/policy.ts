/** Policies: whose claims count, and how many operators must agree. */
import { parsePublicKey, type PublicKey } from '../../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import { checkKey, checkKeyName, keyIdOf, type KeyId } from '../signing/key.js';
import { parseStrictJson } from './strict-json.js';

/** What those who agree can be asked to differ in. */
export const DIMENSIONS = ['operators', 'cpuVendors', 'kernels', 'seeds', 'builders'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Policy {
  readonly keys: ReadonlyMap<KeyId, PolicyKey>;
  /** Names, sorted. */
  readonly operators: readonly string[];
  /** The smallest numbers, each from 1. */
  readonly need: Readonly<Record<Dimension, number>>;
}

export interface PolicyKey {
  readonly operator: string;
  readonly key: PublicKey;
  /** Milliseconds since 1970. Claims dated before it, or at or after `until`, do not count. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** None of its claims count, whatever their dates: a thief can write any date. */
  readonly revoked: boolean;
}

/** Reads a policy. Fails with `E_POLICY` and the reason, also if it can be read in two ways or asks for nothing. */
export function parsePolicy(text: string, file: string): Result<Policy> {
  const json = parseStrictJson(text);
  const policy = json.ok ? readPolicy(json.value) : json;
  return policy.ok ? policy : err<Failure>({ code: 'E_POLICY', message: `${file}: ${policy.failure.message}`, hint: policy.failure.hint });
}

function readPolicy(json: unknown): Result<Policy> {
  const top = fields(json, 'the policy', ['version', 'operators', 'need']);
  if (!top.ok) return top;
  if (top.value['version'] !== 1) return wrong(`its version is ${JSON.stringify(top.value['version'])}, not 1`);
  const operators = fields(top.value['operators'], '"operators"', undefined);
  if (!operators.ok) return operators;
  const keys = new Map<KeyId, PolicyKey>();
  for (const [operator, value] of Object.entries(operators.value)) {
    const added = addOperator(operator, value, keys);
    if (!added.ok) return added;
  }
  const able = new Set([...keys.values()].filter(({ revoked }) => !revoked).map(({ operator }) => operator)).size;
  const need = readNeed(top.value['need'], able);
  return need.ok ? ok({ keys, operators: Object.keys(operators.value).sort(), need: need.value }) : need;
}

function addOperator(operator: string, json: unknown, keys: Map<KeyId, PolicyKey>): Result<void> {
  const named = checkKeyName(operator);
  if (!named.ok) return named;
  const read = fields(json, `"${operator}"`, ['keys']);
  if (!read.ok) return read;
  const list = read.value['keys'];
  if (!Array.isArray(list) || list.length === 0) return wrong(`"${operator}" has no keys`);
  for (const item of list) {
    const key = readKey(operator, item);
    if (!key.ok) return key;
    const id = keyIdOf(key.value.key);
    const other = keys.get(id);
    if (other !== undefined)
      return wrong(`${other.operator} and ${operator} have one key, ${key.value.key.name}`, 'one person would count as two: keep one of them');
    keys.set(id, key.value);
  }
  return ok(undefined);
}

function readKey(operator: string, json: unknown): Result<PolicyKey> {
  const read = fields(json, `a key of "${operator}"`, ['key', 'from', 'until', 'revoked']);
  if (!read.ok) return read;
  const { key: text, revoked = false } = read.value;
  if (typeof text !== 'string') return wrong(`a key of "${operator}" is not a text`);
  const parsed = parsePublicKey(text);
  const key = parsed.ok ? checkKey(parsed.value) : parsed;
  if (!key.ok) return key;
  if (typeof revoked !== 'boolean') return wrong(`"revoked" of ${key.value.name} is neither true nor false`);
  const [from, until] = [readDate(read.value['from']), readDate(read.value['until'])];
  if (from === 'wrong' || until === 'wrong') return wrong(`a date of ${key.value.name} is not a day such as 2026-11-26`);
  if (from !== undefined && until !== undefined && from >= until) return wrong(`${key.value.name} ends before it begins`);
  return ok({ operator, key: key.value, from, until, revoked });
}

function readDate(json: unknown): number | undefined | 'wrong' {
  if (json === undefined) return undefined;
  if (typeof json !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(json)) return 'wrong';
  const date = new Date(json);
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(json) ? 'wrong' : date.getTime();
}

function readNeed(json: unknown, able: number): Result<Policy['need']> {
  const read = fields(json, '"need"', DIMENSIONS);
  if (!read.ok) return read;
  if (read.value['operators'] === undefined) return wrong('"need" does not say how many operators must agree');
  const need = { operators: 1, cpuVendors: 1, kernels: 1, seeds: 1, builders: 1 };
  for (const dimension of DIMENSIONS) {
    const count = read.value[dimension] ?? 1;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1)
      return wrong(`it asks for ${JSON.stringify(count)} ${dimension}, and not for a whole number from 1`, 'with 0, everything would hold');
    // Each must come from another operator: nobody differs from themselves.
    if (count > able) return wrong(`it asks for ${count} ${dimension}, and only ${able} operators have a key that counts, so it can never hold`);
    need[dimension] = count;
  }
  return ok(need);
}

/** An object with no other fields than these. */
function fields(json: unknown, what: string, known: readonly string[] | undefined): Result<Readonly<Record<string, unknown>>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return wrong(`${what} is not an object`);
  const other = Object.keys(json).find((name) => known?.includes(name) === false);
  return other === undefined ? ok(json as Record<string, unknown>) : wrong(`${what} has a field ${JSON.stringify(other)}, which has no meaning here`);
}

function wrong(why: string, hint?: string): Result<never> {
  return fail('E_POLICY', why, hint);
}
