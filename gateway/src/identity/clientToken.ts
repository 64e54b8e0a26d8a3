import { errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ClientTokens } from '../config/identity.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { ClientKeys } from './clientKeys.js';
import { anonymous, type Identity } from './identity.js';
import { openTokenKeys, type TokenKeys } from './tokenKeys.js';

/** Symmetric algorithms and `none` are left out: with them a public key would do as a secret. */
const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
const REMEMBERED_TOKENS = 10_000;
const CLOCK_TOLERANCE_S = 5;
const LONGEST_TOKEN = 8 * 1024;

const Claims = z.object({
  sub: z.string().min(1).max(256),
  kind: z.string().regex(/^[A-Z][A-Z0-9_]{0,31}$/),
  scope: z.string().max(4096).default(''),
});

/** Who sends, and until when that is believed. */
export interface Credentials {
  readonly identity: Identity;
  /** When the token or key ends, in milliseconds since 1970; undefined where it does not. */
  readonly expiresAt: number | undefined;
  /** Of a client's key, its public prefix. */
  readonly keyPrefix?: string | undefined;
  /** Calls the listener once when they are taken back before or at their end: for what stays open under them. Answers how to stop that; undefined where they cannot be. */
  readonly onWithdrawn?: ((listener: () => void) => () => void) | undefined;
}

/** Headers that credentials may stand in; those of a request will do. */
export type CredentialHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Finds out who sends a request, by its headers: `authorization`, or that of clients' keys. */
export interface Authenticate {
  (headers: CredentialHeaders): Promise<Credentials> | Credentials;
  /** The header of clients' keys, in lower case; undefined where there are none. */
  readonly keyHeader?: string | undefined;
}

export interface AuthenticateOptions {
  /** Without it there are no clients' keys. */
  readonly keys?: ClientKeys | undefined;
  /** What tokens are checked with, where it may change; else the keys of the configuration, as they are. */
  readonly tokenKeys?: TokenKeys | undefined;
  readonly now?: () => number;
}

const nobody: Credentials = { identity: anonymous, expiresAt: undefined };

/**
 * Makes the check of who sends a request. Neither header is ANONYMOUS; a token or key that fails is refused rather than taken as nobody's, and so is a request that has both: it would be chance as whom it runs.
 */
export function createAuthenticate(
  options: ClientTokens | undefined,
  { keys, tokenKeys, now }: AuthenticateOptions = {},
): Authenticate {
  const checkToken = createTokenCheck(options, tokenKeys, now);
  if (!keys) return ({ authorization }) => (authorization === undefined ? nobody : checkToken(String(authorization)));
  const { header } = keys;
  const authenticate = (headers: CredentialHeaders) => {
    const { authorization, [header]: key } = headers;
    if (key === undefined) return authorization === undefined ? nobody : checkToken(String(authorization));
    if (authorization === undefined) return keys.authenticate(String(key));
    throw refused(`Send either the authorization header or ${header}, not both.`);
  };
  return Object.assign(authenticate, { keyHeader: header });
}

/** The names of the headers that credentials may stand in, in lower case. */
export function credentialHeaders({ keyHeader }: Authenticate): readonly string[] {
  return keyHeader === undefined ? ['authorization'] : ['authorization', keyHeader];
}

/**
 * Makes the check of clients' tokens, as they stand in the authorization header: a JWT signed by a key of the configured set (EdDSA, ES256 or RS256) with the right issuer and audience, not
 * expired and already valid, with `sub`, `kind` and space-separated `scope`. Any token is refused when no keys are configured.
 */
function createTokenCheck(
  options: ClientTokens | undefined,
  tokenKeys: TokenKeys | undefined,
  now: () => number = () => Date.now(),
): (authorization: string) => Promise<Credentials> | Credentials {
  if (!options) {
    return () => {
      throw refused(
        'This gateway has no keys to check tokens with. Send the request without the authorization header.',
      );
    };
  }
  const { issuer, audience } = options;
  const keys = tokenKeys ?? openTokenKeys({ keys: options.keys });
  const verified = new LRUCache<string, Credentials>({ max: REMEMBERED_TOKENS, perf: { now } });
  let removals = 0;
  /** What is open under tokens, by the ids of their keys; those that name none are together. */
  const open = new Map<string | undefined, Set<() => void>>();
  keys.onRemoved((ids) => {
    removals += 1;
    verified.clear();
    for (const [id, listeners] of open) {
      if (ids.size === 0 || (id !== undefined && !ids.has(id))) continue;
      open.delete(id);
      for (const listener of listeners) listener();
    }
  });
  const watch = (token: string, id: string | undefined, since: number, listener: () => void) => {
    // The key may have gone while the connection was made.
    if (since !== removals) verify(token).catch(listener);
    const listeners = open.get(id) ?? new Set();
    open.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && open.get(id) === listeners) open.delete(id);
    };
  };

  return (authorization) => {
    const [scheme, token, ...rest] = authorization.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0 || token.length > LONGEST_TOKEN) {
      throw refused('Send the token as "authorization: Bearer <token>".');
    }
    return verified.get(token) ?? verify(token);
  };

  async function verify(token: string): Promise<Credentials> {
    const before = removals;
    const { payload, protectedHeader } = await claimsOf(token, keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      throw explain(error);
    });
    const expiresAt = (payload.exp ?? 0) * 1000;
    const credentials: Credentials = {
      identity: readIdentity(payload),
      expiresAt,
      onWithdrawn: (listener) => watch(token, protectedHeader.kid, before, listener),
    };
    const ttl = Math.min(expiresAt - now(), keys.memoryMs);
    // The key that it was checked with may be the one that went meanwhile.
    if (ttl > 0 && before === removals) verified.set(token, credentials, { ttl });
    return credentials;
  }
}

/** Rejects as jose does. */
async function claimsOf(token: string, { find }: TokenKeys, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, find, options);
  } catch (error) {
    // Without a key id, as some issuers sign, and in the middle of a rotation.
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function readIdentity(payload: JWTPayload): Identity {
  const claims = Claims.safeParse(payload);
  if (!claims.success || claims.data.kind === anonymous.kind) {
    throw refused('The token lacks a usable "sub" or "kind" claim. Ask its issuer for a token made for this graph.');
  }
  const { sub, kind, scope } = claims.data;
  return { kind, sub, scopes: scope.split(' ').filter((each) => each !== '') };
}

function explain(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return refused('The token has expired. Get a new one and send the request again.', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    if (claim === 'aud')
      return refused('The token was made for another audience. Get one that is made for this graph.', error);
    if (claim === 'iss') return refused('The token comes from an issuer that is not trusted here.', error);
    if (claim === 'nbf') return refused('The token is not valid yet. Check the clock of its issuer.', error);
    return refused(`The token's claim "${claim}" is missing or not as it has to be. Get a new one.`, error);
  }
  if (
    error instanceof errors.JWKSTimeout ||
    // What the issuer answered is none: that is not the token's fault, and clients would throw theirs away.
    error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) ||
    error.code === 'ERR_JOSE_GENERIC'
  ) {
    return new RequestRefused(
      'IDENTITY_UNAVAILABLE',
      'Tokens cannot be checked at the moment. Send the request again in a few seconds.',
      {
        cause: error,
        headers: { 'retry-after': '5' },
      },
    );
  }
  return refused('The token is not valid: its signature, key or form is not right. Get a new one.', error);
}

function refused(message: string, cause?: unknown): RequestRefused {
  return new RequestRefused('UNAUTHENTICATED', message, {
    cause,
    headers: { 'www-authenticate': cause ? 'Bearer error="invalid_token"' : 'Bearer' },
  });
}
