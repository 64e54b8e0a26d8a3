import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followGatewayKeys, type GatewayKeys, type KeySet } from './gatewayKeys.js';
import { createGatewayTokenVerifier, GATEWAY_ISSUER, GatewayTokenRejected } from './gatewayToken.js';

interface Key {
  readonly jwk: Record<string, unknown>;
  sign(): Promise<string>;
}

let folder: string;
let file: string;
let following: GatewayKeys | undefined;
const log = { info: vi.fn(), error: vi.fn() };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leadgraph-keys-'));
  file = join(folder, 'keys.json');
  log.info.mockClear();
  log.error.mockClear();
});
afterEach(() => {
  following?.close();
  rmSync(folder, { recursive: true });
});

let made = 0;

async function makeKey(kid: string | undefined): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), alg: 'EdDSA', ...(kid && { kid }) },
    sign: () =>
      new SignJWT({ identity: { kind: 'OPERATOR', sub: 'ops', scopes: [] } })
        .setProtectedHeader({ alg: 'EdDSA', ...(kid && { kid }) })
        .setIssuer(GATEWAY_ISSUER)
        .setAudience('leads')
        .setJti(String(made++))
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
  };
}

const setOf = (...keys: Key[]): KeySet => ({ keys: keys.map(({ jwk }) => jwk) });

/** In the way in which files are replaced: as a whole. */
function write(content: string): void {
  writeFileSync(`${file}.next`, content);
  renameSync(`${file}.next`, file);
}

function follow(keys: KeySet, pollMs: number) {
  write(JSON.stringify(keys));
  following = followGatewayKeys({ keys, file, pollMs, log: log as never });
  return { keys: following, verify: createGatewayTokenVerifier({ audience: 'leads', keys: following }) };
}

/** So long that nothing is found by looking. */
const NEVER = 3_600_000;
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('the keys of the gateway', () => {
  it('are followed, and several are good at the same time', async () => {
    const [first, second] = [await makeKey('first'), await makeKey('second')];
    const { keys, verify } = follow(setOf(first), 5);
    await verify(await first.sign());
    await eventually(() => {
      write(JSON.stringify(setOf(first, second)));
      expect(keys.ids).toEqual(['first', 'second']);
    });
    await verify(await first.sign());
    await verify(await second.sign());
  });

  it('that have been taken away are good for nothing any more, nor are tokens that were verified before', async () => {
    const [first, second] = [await makeKey('first'), await makeKey('second')];
    const { keys, verify } = follow(setOf(first, second), 5);
    const [old, kept] = [await first.sign(), await second.sign()];
    for (const token of [old, kept]) for (const _ of [1, 2]) await verify(token);
    await eventually(() => {
      write(JSON.stringify(setOf(second)));
      expect(keys.ids).toEqual(['second']);
    });
    await expect(verify(old)).rejects.toThrow(GatewayTokenRejected);
    await verify(kept);
  });

  it('are read at once for a token of a key that is not known', async () => {
    const [first, second] = [await makeKey('first'), await makeKey('second')];
    const { verify } = follow(setOf(first), NEVER);
    write(JSON.stringify(setOf(first, second)));
    await Promise.all([verify(await second.sign()), verify(await second.sign()), verify(await first.sign())]);
    expect(log.info).toHaveBeenCalledTimes(1);
  });

  it('are not read all the time for tokens of strangers', async () => {
    const [first, second, stranger] = [await makeKey('first'), await makeKey('second'), await makeKey('stranger')];
    const { verify } = follow(setOf(first), NEVER);
    await expect(verify(await stranger.sign())).rejects.toThrow(GatewayTokenRejected);
    write(JSON.stringify(setOf(first, second)));
    await expect(verify(await second.sign())).rejects.toThrow(GatewayTokenRejected);
    expect(log.info).not.toHaveBeenCalled();
    // When the pause is over they are.
    await eventually(async () => verify(await second.sign()));
  });

  it.each([
    ['is no JSON', '{"keys": ['],
    ['has no keys', '{"keys": []}'],
    ['has what is no key', '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "!"}]}'],
  ])('stay as they are when the file %s, and the log says so', async (_, content) => {
    const first = await makeKey('first');
    const { keys, verify } = follow(setOf(first), 5);
    // Again, since what is written before the first look is not seen as a change.
    await eventually(() => {
      write(content);
      expect(log.error).toHaveBeenCalled();
    });
    expect(keys.ids).toEqual(['first']);
    await verify(await first.sign());
  });

  it('may have no ids, as long as there are not many', async () => {
    const [first, second, stranger] = [await makeKey(undefined), await makeKey(undefined), await makeKey(undefined)];
    const { verify } = follow(setOf(first, second), NEVER);
    await verify(await first.sign());
    await verify(await second.sign());
    await expect(verify(await stranger.sign())).rejects.toThrow(GatewayTokenRejected);
  });
});
