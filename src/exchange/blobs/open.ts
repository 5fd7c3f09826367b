import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../result.js';
import { HttpClient } from '../../http/index.js';
import type { Blobs } from './blobs.js';
import { DirectoryBlobs } from './directory.js';
import { HttpBlobs } from './http.js';
import { s3Blobs } from './s3.js';

/**
 * Opens the cache an address names: a directory or `file://`, `http://`, `https://`, `s3://`. Fails with
 * `E_CACHE_ADDRESS`, and as `HttpClient.open`.
 */
export function openBlobs(address: string, environment: NodeJS.ProcessEnv): Result<Blobs> {
  if (address === '') return unknown(address);
  if (!/^[a-z0-9+.-]+:/i.test(address)) return ok(new DirectoryBlobs(resolve(address)));
  if (!URL.canParse(address)) return unknown(address);
  const url = new URL(address);
  switch (url.protocol) {
    case 'file:':
      return ok(new DirectoryBlobs(fileURLToPath(new URL(url.pathname, 'file:'))));
    case 'http:':
    case 'https:': {
      const client = HttpClient.open(environment);
      return client.ok ? ok(new HttpBlobs(new URL(url.pathname, url), client.value)) : client;
    }
    case 's3:':
      return s3Blobs(url, environment);
    default:
      return unknown(address);
  }
}

function unknown(address: string): Result<never> {
  return fail(
    'E_CACHE_ADDRESS',
    `"${address}" is not the address of a cache`,
    'a directory, file:///…, http://…, https://… or s3://BUCKET?endpoint=…',
  );
}
