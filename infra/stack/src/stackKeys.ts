import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type SubgraphName, subgraphNames } from './config.ts';
import { LOCAL_PARTNER } from './provideClients.ts';

/** The local stack's secrets. Files, because the services read their keys from files. */
export interface StackKeys {
  /** Signs the gateway's tokens for the subgraphs (a private JWK, Ed25519). */
  readonly gatewaySigningKeyFile: string;
  readonly gatewayJwksFile: string;
  /** Signs the clients' tokens. */
  readonly issuerKeyFile: string;
  readonly issuerJwksFile: string;
  /** The key of the local partner; made when the partner is. */
  readonly partnerKeyFile: string;
  /** 32 bytes as base64. */
  readonly leadsMasterKey: string;
  /** 32 bytes in hex: what the gateway signs cursors with, so that they are good after a restart. */
  readonly cursorKey: string;
  readonly passwords: Readonly<Record<SubgraphName | 'postgres', string>>;
}

/** The keys of `folder`, made once and then kept. Only their owner can read them. */
export async function loadStackKeys(folder: string): Promise<StackKeys> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const gateway = await keyPair(folder, 'gateway');
  const issuer = await keyPair(folder, 'issuer');
  const secret = (name: string, bytes: number, encoding: 'base64' | 'hex') =>
    readOrMake(join(folder, name), () => `${randomBytes(bytes).toString(encoding)}\n`).trim();
  const passwords = Object.fromEntries(
    (['postgres', ...subgraphNames] as const).map((role) => [role, secret(`${role}.password`, 24, 'hex')]),
  ) as Record<SubgraphName | 'postgres', string>;
  return {
    gatewaySigningKeyFile: gateway.privateFile,
    gatewayJwksFile: gateway.publicFile,
    issuerKeyFile: issuer.privateFile,
    issuerJwksFile: issuer.publicFile,
    partnerKeyFile: join(folder, `partner-${LOCAL_PARTNER}.key`),
    leadsMasterKey: secret('leads-master.key', 32, 'base64'),
    cursorKey: secret('cursor.key', 32, 'hex'),
    passwords,
  };
}

async function keyPair(folder: string, name: string): Promise<{ privateFile: string; publicFile: string }> {
  const privateFile = join(folder, `${name}.jwk.json`);
  const publicFile = join(folder, `${name}.jwks.json`);
  if (!existsSync(privateFile)) write(privateFile, JSON.stringify(await makeSigningKey()));
  // Made from the private ones each time: the two cannot disagree.
  const keySet = publicSetOf(privateKeysOf(readFileSync(privateFile, 'utf8')));
  if (!existsSync(publicFile) || readFileSync(publicFile, 'utf8') !== keySet) write(publicFile, keySet);
  return { privateFile, publicFile };
}

/** A new private key, as JWK. */
export async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
}

/** The keys of a private file: one, or several while they are exchanged; the first signs. */
export function privateKeysOf(content: string): JWK[] {
  const parsed = JSON.parse(content) as JWK | { keys: JWK[] };
  return 'keys' in parsed && Array.isArray(parsed.keys) ? parsed.keys : [parsed as JWK];
}

/** What others may know of them, as the content of a file. */
export function publicSetOf(keys: readonly JWK[]): string {
  return JSON.stringify({ keys: keys.map(({ d: _, ...publicPart }) => publicPart) });
}

function readOrMake(file: string, make: () => string): string {
  if (!existsSync(file)) write(file, make());
  return readFileSync(file, 'utf8');
}

/** By a rename, so that a kill leaves the whole file or none. */
function write(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  renameSync(unfinished, file);
}
