import { importJWK, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { SigningKey } from '../config.js';
import { type Identity, identityKey } from './identity.js';

const ISSUER = 'leadgraph-gateway';
/** The longest life that subgraphs accept. */
const LIFETIME_S = 60;
/** A token is sent with at least this much life left: a fetch in flight and a clock that is off must not outlive it. */
const SPARE_S = 20;
const REMEMBERED_TOKENS = 20_000;

/** Gives the token by which a subgraph learns who calls; undefined when the gateway has no signing key. */
export type MintSubgraphToken = (identity: Identity, subgraph: string) => string | Promise<string> | undefined;

/**
 * Makes the mint of subgraph tokens: EdDSA, `aud` the subgraph's name, the identity as a claim, 60 s of life. One token an identity and subgraph is
 * made about every 40 s, whatever the number of requests, which also lets the subgraph remember it as verified.
 */
export async function createSubgraphTokenMint(
  key: SigningKey | undefined,
  now: () => number = () => Date.now(),
): Promise<MintSubgraphToken> {
  if (!key) return () => undefined;
  const privateKey = await importJWK(key, 'EdDSA');
  const header = { alg: 'EdDSA', ...(key.kid !== undefined && { kid: key.kid }) };
  const minted = new LRUCache<string, string | Promise<string>>({
    max: REMEMBERED_TOKENS,
    ttl: (LIFETIME_S - SPARE_S) * 1000,
    perf: { now },
  });

  return (identity, subgraph) => {
    const cacheKey = `${subgraph}\n${identityKey(identity)}`;
    const known = minted.get(cacheKey);
    if (known !== undefined) return known;
    const { kind, sub, scopes } = identity;
    const issuedAt = Math.floor(now() / 1000);
    const signing = new SignJWT({ identity: { kind, sub, scopes } })
      .setProtectedHeader(header)
      .setIssuer(ISSUER)
      .setAudience(subgraph)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(privateKey);
    minted.set(cacheKey, signing);
    void signing.then((token) => {
      const ttl = minted.getRemainingTTL(cacheKey);
      if (minted.peek(cacheKey) === signing && ttl > 0) minted.set(cacheKey, token, { ttl });
    });
    return signing;
  };
}
