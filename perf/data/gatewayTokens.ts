import { readFileSync } from 'node:fs';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { Platform } from '../../infra/stack/src/platform.ts';
import type { Ask, SubgraphUnderTest } from './statements.ts';

const LIVES_S = 60;
const RENEW_MS = 25_000;
const subgraphs: readonly SubgraphUnderTest[] = ['leads', 'agents'];

/** Tokens as the gateway makes them for an operator, renewed until `stop`. */
export async function gatewayTokens({ keys, urls }: Platform): Promise<Ask['tokens'] & { stop(): void }> {
  const jwk = JSON.parse(readFileSync(keys.gatewaySigningKeyFile, 'utf8')) as JWK;
  const key = await importJWK(jwk, 'EdDSA');
  const tokens = new Map<SubgraphUnderTest, string>();
  const renew = async () => {
    for (const subgraph of subgraphs) {
      const token = new SignJWT({ identity: { kind: 'OPERATOR', sub: 'perf', scopes: [] } })
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
