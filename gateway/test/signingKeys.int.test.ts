import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSigningKey, type SigningKey } from '../src/identity/signingKey.js';
import { figure } from './fixtures/events/liveFigures.js';
import { eventually } from './fixtures/eventually.js';
import { type RecordingLog, recordingLog } from './fixtures/recordingLog.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let folder: string;
let file: string;
let gateway: TestGateway;
let recording: RecordingLog;
let issuer: TokenIssuer;
let first: SigningKey;
let second: SigningKey;

async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid } as SigningKey;
}

function write(content: unknown): void {
  writeFileSync(`${file}.next`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${file}.next`, file);
}

beforeAll(async () => {
  shop = await startShop();
  folder = mkdtempSync(join(tmpdir(), 'gateway-keys-'));
  file = join(folder, 'key.json');
  [first, second, issuer] = [await makeKey('first'), await makeKey('second'), await startTokenIssuer()];
  write(first);
  recording = recordingLog('info');
  const config = { clientTokens: issuer.clientTokens, signingKey: first, signingKeyFile: file, filesPollMs: 5 };
  gateway = await startTestGateway(shop, config, { log: recording.log });
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  recording.lines.length = 0;
});

const ask = (headers: Record<string, string> = {}) => gateway.query('{ people { id } }', {}, headers);

/** The id of the key that the next request's token is signed with. */
async function signedWith(headers?: Record<string, string>): Promise<string | undefined> {
  shop.seen.length = 0;
  await ask(headers);
  return decodeProtectedHeader(String(shop.seen[0]?.headers.authorization).replace('Bearer ', '')).kid;
}

describe('the signing key', () => {
  it('signs a token for each identity and subgraph once, however many requests they have', async () => {
    const minted = () => figure('subgraph_tokens_minted_total', gateway);
    const before = await minted();
    const headers = await Promise.all([1, 2, 3].map(async () => ({ authorization: await issuer.bearer() })));
    for (let n = 0; n < 100; n += 1) for (const each of headers) expect((await ask(each)).status).toBe(200);
    // Of one identity, three tokens of which mean the same.
    expect((await minted()) - before).toBe(1);
  });

  it('is exchanged when its file is, for those too who have a token already', async () => {
    expect(await signedWith()).toBe('first');
    await eventually(async () => {
      write(second);
      expect(await signedWith()).toBe('second');
    });
    await eventually(async () =>
      expect((await gateway.get('/metrics')).body).toContain('subgraph_signing_key{kid="second",service="gateway"} 1'),
    );
  });

  it('is the first of a set; what else changes of it changes nothing', async () => {
    write({ keys: [first, second] });
    await eventually(async () => expect(await signedWith()).toBe('first'));
    const minted = await figure('subgraph_tokens_minted_total', gateway);
    write({ keys: [first] });
    write(first);
    await signedWith();
    expect(await figure('subgraph_tokens_minted_total', gateway)).toBe(minted);
  });

  it.each([
    ['no JSON', '{"kty": "OKP", "d": "secret'],
    ['no key', '{"keys": []}'],
    ['a public key', JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'secret' })],
    ['a broken key', JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'secret', d: '!' })],
  ])('stays when its file is %s, and the log says so without what stands there', async (_, content) => {
    await eventually(() => {
      write(content);
      expect(recording.lines).toContainEqual(expect.objectContaining({ level: 50, file }));
    });
    expect(await signedWith()).toBe('first');
    expect(JSON.stringify(recording.lines)).not.toContain('secret');
    write(first);
  });

  it('is read of one key or a set of them', () => {
    expect(parseSigningKey(JSON.stringify(first)).kid).toBe('first');
    expect(parseSigningKey(JSON.stringify({ keys: [second, first] })).kid).toBe('second');
    expect(() => parseSigningKey('{"keys": [1]}')).toThrow('a private Ed25519 key as JWK, or a set of them');
  });
});
