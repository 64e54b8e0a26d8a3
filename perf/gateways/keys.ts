import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whose tokens Leadgraph believes in a measurement, and the token that every request carries. */
export interface Keys {
  readonly jwksFile: string;
  readonly signingKeyFile: string;
  readonly issuer: string;
  readonly audience: string;
  readonly token: string;
  /** The token of another client. */
  readonly tokenOf: (sub: string) => string;
}

/** Makes new keys in `folder`. Clients' tokens live for a day. */
export function makeKeys(folder: string): Keys {
  const [issuer, audience] = ['perf-issuer', 'perf'];
  const clients = generateKeyPairSync('ed25519');
  const subgraphs = generateKeyPairSync('ed25519');
  const jwksFile = join(folder, 'clients.jwks.json');
  const signingKeyFile = join(folder, 'subgraphs.jwk.json');
  const publicKey = clients.publicKey.export({ format: 'jwk' });
  writeFileSync(jwksFile, JSON.stringify({ keys: [{ ...publicKey, kid: 'clients', alg: 'EdDSA', use: 'sig' }] }));
  const privateKey = subgraphs.privateKey.export({ format: 'jwk' });
  writeFileSync(signingKeyFile, JSON.stringify({ ...privateKey, kid: 'subgraphs', alg: 'EdDSA' }), { mode: 0o600 });

  const now = Math.floor(Date.now() / 1000);
  const tokenOf = (sub: string) => {
    const claims = { sub, kind: 'FRONTEND', scope: '', iss: issuer, aud: audience, iat: now, exp: now + 86_400 };
    const unsigned = `${base64url({ alg: 'EdDSA', kid: 'clients' })}.${base64url(claims)}`;
    return `${unsigned}.${sign(null, Buffer.from(unsigned), clients.privateKey).toString('base64url')}`;
  };
  return { jwksFile, signingKeyFile, issuer, audience, token: tokenOf('perf'), tokenOf };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
