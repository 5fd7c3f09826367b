/**
 * Pins: the expected output of every recipe of a chain, in a JSON file beside it. They are content addresses, so a pin
 * holds for every machine, executor and seed.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { formatOutputName, parseSha256, parseStorePath, type PathInfo, type Sha256, type StorePath } from '../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { attempt, attemptAsync } from '../store/index.js';

/** The expected output. */
export interface Pin {
  readonly path: StorePath;
  readonly narHash: Sha256;
  /** In bytes. */
  readonly narSize: number;
}

/** By `<target>^<output>`. */
export type Pins = ReadonlyMap<string, Pin>;

/** `new` when nothing is pinned. */
export type PinComparison = 'same' | 'new' | 'different';

/** The name of a pin. */
export function pinKey(target: string, outputName: string): string {
  return formatOutputName(target, outputName);
}

/**
 * Compares an output with its pin. The hash is compared, too, because a store path alone does not reveal a damaged
 * database.
 */
export function comparePin(pins: Pins, key: string, output: Pick<PathInfo, 'path' | 'narHash' | 'narSize'>): PinComparison {
  const pin = pins.get(key);
  if (pin === undefined) return 'new';
  return pin.path === output.path && pin.narHash === output.narHash && pin.narSize === output.narSize ? 'same' : 'different';
}

/** Reads a file of pins; a missing file has no pins. */
export function readPins(file: string): Result<Pins> {
  const text = attempt('read the pins', file, () => readFileSync(file, 'utf8'));
  if (!text.ok) return text.failure.code === 'E_NOT_FOUND' ? ok(new Map()) : text;
  let json: unknown;
  try {
    json = JSON.parse(text.value);
  } catch (error) {
    return fail('E_PINS', `${file} is not JSON: ${(error as SyntaxError).message}`, 'restore it from version control');
  }
  if (typeof json !== 'object' || json === null) return fail('E_PINS', `${file} is not an object of pins`);
  const pins = new Map<string, Pin>();
  for (const [key, value] of Object.entries(json)) {
    const pin = parsePin(value);
    if (!pin.ok) return err<Failure>({ code: 'E_PINS', message: `${file}: the pin "${key}" is wrong`, cause: pin.failure });
    pins.set(key, pin.value);
  }
  return ok(pins);
}

/** Writes pins, sorted, one a line, so a diff shows which changed. */
export async function writePins(file: string, pins: Pins): Promise<Result<void>> {
  const lines = [...pins]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { path, narHash, narSize }]) => `  ${JSON.stringify(key)}: ${JSON.stringify({ path, narHash, narSize })}`);
  const text = lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`;
  const fresh = `${file}.new`;
  return attemptAsync('write the pins', file, async () => {
    await writeFile(fresh, text);
    await rename(fresh, file);
  });
}

function parsePin(value: unknown): Result<Pin> {
  if (typeof value !== 'object' || value === null) return fail('E_PINS', 'a pin is an object');
  const { path, narHash, narSize } = value as Record<string, unknown>;
  const storePath = parseStorePath(String(path));
  if (!storePath.ok) return storePath;
  const hash = parseSha256(String(narHash));
  if (!hash.ok) return hash;
  if (typeof narSize !== 'number' || !Number.isSafeInteger(narSize) || narSize < 0)
    return fail('E_PINS', `"${String(narSize)}" is not a size in bytes`);
  return ok({ path: storePath.value, narHash: hash.value, narSize });
}
