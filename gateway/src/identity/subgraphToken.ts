import { type CryptoKey, importJWK, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { type Identity, identityKey } from './identity.js';
import type { SigningKey } from './signingKey.js';

const ISSUER = 'leadgraph-gateway';
/** The longest life that subgraphs accept. */
const LIFETIME_S = 60;
/** A token is sent with at least this much life left: a fetch in flight and a clock that is off must not outlive it. */
const SPARE_S = 20;
const REMEMBERED_TOKENS = 20_000;

/** Gives the token by which a subgraph learns who calls; undefined when the gateway has no signing key. */
export type MintSubgraphToken = (identity: Identity, subgraph: string) => string | Promise<string> | undefined;

/** The mint, and what may be done to it while it is in use. */
export interface SubgraphTokenMint {
  readonly mint: MintSubgraphToken;
  /** Signs with another key from now on: no token of the one before is sent any more. Rejects when the key cannot be used, and changes nothing then. */
  exchangeKey(key: SigningKey): Promise<void>;
}

interface Signer {
  readonly header: { readonly alg: string; readonly kid?: string };
  readonly privateKey: CryptoKey | Uint8Array;
}

/**
 * Makes the mint of subgraph tokens: EdDSA, `aud` the subgraph's name, the identity as a claim, 60 s of life. One token an identity and subgraph is
 * made about every 40 s, whatever the number of requests, which also lets the subgraph remember it as verified.
 */
export async function createSubgraphTokenMint(
  key: SigningKey | undefined,
  { onMinted = () => {}, now = () => Date.now() }: { readonly onMinted?: () => void; readonly now?: () => number } = {},
): Promise<SubgraphTokenMint> {
  let signer = key && (await signerOf(key));
  const minted = new LRUCache<string, string | Promise<string>>({
    max: REMEMBERED_TOKENS,
    ttl: (LIFETIME_S - SPARE_S) * 1000,
    perf: { now },
  });

  const mint = (
    { kind, sub, scopes }: Identity,
    subgraph: string,
    cacheKey: string,
    { header, privateKey }: Signer,
  ) => {
    onMinted();
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

  return {
    mint(identity, subgraph) {
      if (!signer) return undefined;
      const cacheKey = `${subgraph}\n${identityKey(identity)}`;
      return minted.get(cacheKey) ?? mint(identity, subgraph, cacheKey, signer);
    },
    async exchangeKey(next) {
      signer = await signerOf(next);
      minted.clear();
    },
  };
}

async function signerOf(key: SigningKey): Promise<Signer> {
  const header = { alg: 'EdDSA', ...(key.kid !== undefined && { kid: key.kid }) };
  return { header, privateKey: await importJWK(key, 'EdDSA') };
}
