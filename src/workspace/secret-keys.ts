import { readFileSync } from 'node:fs';
import { parseSecretKey, type SecretKey } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';

/** Reads the keys to sign with; each file holds one, as `zilch cache key` writes it. */
export function readSecretKeys(files: readonly string[]): Result<readonly SecretKey[]> {
  const keys: SecretKey[] = [];
  for (const file of files) {
    const text = attempt('read the key', file, () => readFileSync(file, 'utf8'));
    if (!text.ok) return text;
    const key = parseSecretKey(text.value);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok(keys);
}
