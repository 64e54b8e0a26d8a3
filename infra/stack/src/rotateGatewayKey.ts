import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { JWK } from 'jose';
import { makeSigningKey, privateKeysOf, publicSetOf, type StackKeys } from './stackKeys.ts';

/** How long a token of the gateway lives, and a little more. */
export const TOKEN_LIFETIME_MS = 65_000;

export interface RotateOptions {
  readonly keys: Pick<StackKeys, 'gatewaySigningKeyFile' | 'gatewayJwksFile'>;
  /** Resolves when everybody who reads a key's file has read this key: subgraphs when they believe it, the gateway when it signs with it. */
  readonly untilRead: (who: 'subgraphs' | 'gateway', kid: string) => Promise<void>;
  readonly say?: (line: string) => void;
}

/**
 * Puts another signing key in the place of the gateway's, with no request refused meanwhile: the new public key goes to the subgraphs first, then the gateway signs with the new key; the old one stays believed until `retireOldKeys`. A second try
 * goes on where one was broken off. Answers the new key's id.
 */
export async function rotateGatewayKey({ keys, untilRead, say = () => {} }: RotateOptions): Promise<string> {
  const before = privateKeysOf(readFileSync(keys.gatewaySigningKeyFile, 'utf8'));
  const next = await makeSigningKey();
  const kid = String(next.kid);
  writeBoth(keys, [...before, next]);
  await untilRead('subgraphs', kid);
  say(`the subgraphs believe the key ${kid}`);
  writeBoth(keys, [next, ...before]);
  await untilRead('gateway', kid);
  say(`the gateway signs with the key ${kid}`);
  return kid;
}

/** Takes away the keys that the gateway does not sign with any more. Tokens of theirs must have ended: see `TOKEN_LIFETIME_MS`. Answers their ids. */
export function retireOldKeys(keys: RotateOptions['keys']): string[] {
  const [current, ...old] = privateKeysOf(readFileSync(keys.gatewaySigningKeyFile, 'utf8'));
  if (current && old.length > 0) writeBoth(keys, [current]);
  return old.map(({ kid }) => String(kid));
}

/** The first signs. Public keys first: a key that signs is always believed. */
function writeBoth({ gatewaySigningKeyFile, gatewayJwksFile }: RotateOptions['keys'], all: readonly JWK[]): void {
  const [first, ...others] = all;
  replace(gatewayJwksFile, publicSetOf(all));
  replace(gatewaySigningKeyFile, JSON.stringify(others.length === 0 ? first : { keys: all }));
}

/** By a rename: whoever reads the file finds the whole of it. */
function replace(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, file);
}

/**
 * Asks services' metrics until all that run show a key. Services that do not answer read their files when they are started. Rejects after `timeoutMs` with the names of those that do not show it.
 */
export async function untilShown(
  urls: Readonly<Record<string, string>>,
  metric: string,
  kid: string,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const missing: string[] = [];
    await Promise.all(
      Object.entries(urls).map(async ([name, url]) => {
        const shown = await fetch(new URL('/metrics', url)).then(
          (response) => response.text(),
          () => undefined,
        );
        if (shown !== undefined && !hasKey(shown, metric, kid)) missing.push(name);
      }),
    );
    if (missing.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`${missing.sort().join(', ')}: the key ${kid} was not taken over`);
    await delay(100);
  }
}

function hasKey(metrics: string, metric: string, kid: string): boolean {
  return metrics.split('\n').some((line) => line.startsWith(`${metric}{`) && line.includes(`kid="${kid}"`));
}
