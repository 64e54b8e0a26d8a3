import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressBody } from './compressBody.js';

const body = JSON.stringify({ data: { text: 'ä漢\u{1f600}"\\'.repeat(2_000) } });

it('gives the body back byte for byte', async () => {
  for (const [encoding, decompress] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const compressed = await compressBody(body, encoding);
    expect(compressed?.encoding).toBe(encoding);
    expect(decompress(compressed?.body ?? '').toString()).toBe(body);
    expect(compressed?.body.length).toBeLessThan(body.length / 10);
  }
});

it('takes Brotli where the client has no preference, and nothing it does not know', async () => {
  const encoding = async (accept: string) => (await compressBody(body, accept))?.encoding;
  expect(await encoding('gzip, deflate, br, zstd')).toBe('br');
  expect(await encoding('gzip;q=0.9, br;q=0.8')).toBe('gzip');
  expect(await encoding('identity, br;q=0.9')).toBeUndefined();
  expect(await encoding('deflate, zstd')).toBeUndefined();
  expect(await encoding('')).toBeUndefined();
  expect(await encoding(';;;,,q=')).toBeUndefined();
});
