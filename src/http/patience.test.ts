import { expect, test } from 'vitest';
import { codeOf, messageOf } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import { DEFAULT_PATIENCE, patienceOf } from './patience.js';

test('every limit is a setting of the environment', () => {
  expect(unwrap(patienceOf({ ZILCH_STALL_TIMEOUT: '' }))).toEqual(DEFAULT_PATIENCE);
  const environment = {
    ZILCH_CONNECT_TIMEOUT: '1',
    ZILCH_HEADER_TIMEOUT: '2.5',
    ZILCH_STALL_TIMEOUT: '300',
    ZILCH_LEAST_RATE: '1',
    ZILCH_DOWNLOAD_ATTEMPTS: '5',
  };
  expect(unwrap(patienceOf(environment))).toEqual({ connect: 1000, header: 2500, stall: 300_000, leastRate: 1, retries: [300, 2000, 5000, 5000] });
  expect(unwrap(patienceOf({ ZILCH_DOWNLOAD_ATTEMPTS: '1', ZILCH_LEAST_RATE: '0' }))).toMatchObject({ retries: [], leastRate: 0 });
});

test.each(['ZILCH_CONNECT_TIMEOUT', 'ZILCH_HEADER_TIMEOUT', 'ZILCH_STALL_TIMEOUT', 'ZILCH_LEAST_RATE', 'ZILCH_DOWNLOAD_ATTEMPTS'])(
  '%s must be a number that a timer can be set to',
  (variable) => {
    for (const value of ['-1', '30s', '1e9', 'x', '99999999999', ' ']) {
      const result = patienceOf({ [variable]: value });
      expect(codeOf(result), value).toBe('E_USAGE');
      expect(messageOf(result)).toContain(`${variable} ("${value}")`);
    }
    if (variable !== 'ZILCH_LEAST_RATE') expect(codeOf(patienceOf({ [variable]: '0' }))).toBe('E_USAGE');
  },
);
