import { readFileSync } from 'node:fs';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { Platform } from '../../infra/stack/src/platform.ts';
import type { Ask, SubgraphUnderTest } from './statements.ts';

const LIVES_S = 60;
const RENEW_MS = 25_000;
const subgraphs: readonly SubgraphUnderTest[] = ['leads', 'agents'];

interface Identity {
  readonly kind: string;
  readonly sub: string;
  readonly scopes: readonly string[];
}
const operator: Identity = { kind: 'OPERATOR', sub: 'perf', scopes: [] };

/** Tokens as the gateway makes them for somebody, renewed until `stop`. */
export async function gatewayTokens(
  { keys, urls }: Platform,
  identity: Identity = operator,
): Promise<Ask['tokens'] & { stop(): void }> {
  const jwk = JSON.parse(readFileSync(keys.gatewaySigningKeyFile, 'utf8')) as JWK;
  const key = await importJWK(jwk, 'EdDSA');
  const tokens = new Map<SubgraphUnderTest, string>();
  const renew = async () => {
    for (const subgraph of subgraphs) {
      const token = new SignJWT({ identity })
        .setProtectedHeader({ alg: 'EdDSA', kid: String(jwk.kid) })
        .setIssuer('leadgraph-gateway')
        .setAudience(subgraph)
        .setIssuedAt()
        .setExpirationTime(`${LIVES_S} s`)
        .sign(key);
      tokens.set(subgraph, await token);
    }
  };
  await renew();
  const timer = setInterval(() => void renew(), RENEW_MS).unref();
  return {
    of: (subgraph) => tokens.get(subgraph) ?? '',
    url: (subgraph) => urls.subgraphs[subgraph],
    stop: () => clearInterval(timer),
  };
}
