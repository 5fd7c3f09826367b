import { AwsV4Signer } from 'aws4fetch';
import { fail, ok, type Result } from '../../result.js';
import { HttpClient } from '../../http/index.js';
import type { Blobs } from './blobs.js';
import { HttpBlobs, type Authorise } from './http.js';

/**
 * A cache in a bucket of S3 or a compatible server: `s3://bucket[/prefix]`, with Nix's parameters `endpoint` (a host,
 * or an address with its scheme), `scheme` and `region`. Credentials come from the environment, as in all S3 tools:
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. Without them requests are not signed, which public
 * buckets allow.
 */
export function s3Blobs(url: URL, environment: NodeJS.ProcessEnv): Result<Blobs> {
  const region = url.searchParams.get('region') ?? environment['AWS_REGION'] ?? 'us-east-1';
  const endpoint = url.searchParams.get('endpoint') ?? `s3.${region}.amazonaws.com`;
  const scheme = url.searchParams.get('scheme') ?? 'https';
  const address = `${endpoint.includes('://') ? endpoint : `${scheme}://${endpoint}`}/${url.hostname}${url.pathname}`.replace(/\/+$/, '/');
  if (!URL.canParse(address) || url.hostname === '')
    return fail('E_CACHE_ADDRESS', `${url.href} does not name a bucket`, 'write s3://BUCKET?endpoint=HOST&region=REGION');
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  const client = HttpClient.open(environment);
  if (!client.ok) return client;
  if (accessKeyId === undefined || secretAccessKey === undefined) return ok(new HttpBlobs(new URL(address), client.value, { missing: [404, 403] }));
  const credentials = { accessKeyId, secretAccessKey, region, service: 's3', ...(sessionToken === undefined ? {} : { sessionToken }) };
  const authorise: Authorise = async (method, target, headers) => {
    const signed = await new AwsV4Signer({ ...credentials, method, url: target.href, headers: { ...headers } }).sign();
    const all: Record<string, string> = { ...headers };
    signed.headers.forEach((value, name) => (all[name] = value));
    return all;
  };
  return ok(new HttpBlobs(new URL(address), client.value, { authorise, missing: [404, 403] }));
}
