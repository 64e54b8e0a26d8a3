import { RequestRefused } from '../errors/requestRefused.js';
import {
  type Authenticate,
  type CredentialHeaders,
  type Credentials,
  credentialHeaders,
} from '../identity/clientToken.js';
import { anonymous, identityKey } from '../identity/identity.js';
import { personOf } from '../identity/occupancy.js';
import { whenExpired } from '../identity/whenExpired.js';
import { type Admit, findOrSpend } from '../limits/operationLimits.js';
import type { ConnectionLimits } from '../subscribe/subscription.js';
import { ConnectionRefused, closeCodes } from './closeCodes.js';
import type { Connection } from './connection.js';

export interface SignInOptions {
  readonly authenticate: Authenticate;
  readonly limits: ConnectionLimits;
  /** Credentials that are refused are paid for by the address. */
  readonly admit?: Admit | undefined;
}

type Payload = Readonly<Record<string, unknown>>;

/** Finds out who is at the other end of a connection, and ends it with the token. */
export function createSignIn({ authenticate, limits, admit }: SignInOptions) {
  const names = credentialHeaders(authenticate);
  return { signIn, renew };

  /** For `connection_init`: by the token or key in its payload, else by the upgrade request's. Rejects with `ConnectionRefused`. */
  async function signIn(connection: Connection, payload: Payload | undefined): Promise<void> {
    const given = credentialsIn(payload) ?? connection.credentials ?? {};
    connection.credentials = undefined;
    const credentials = await check(given, connection);
    if (!connection.isOpen) return;
    const leave = limits.enter(credentials.identity);
    if (!leave) throw new ConnectionRefused(closeCodes.TRY_AGAIN_LATER, 'too many connections: try again later');
    connection.onOver.push(leave);
    connection.identity = credentials.identity;
    connection.keyPrefix = credentials.keyPrefix;
    endWith(connection, credentials);
  }

  /**
   * For `ping`: one with `{ authorization }`, or a key, renews the token. It has to be the same identity's, else the connection ends; as long as tokens cannot be checked the one before goes on. The pong tells until when the connection is good; it never
   * repeats the token.
   */
  async function renew(connection: Connection, payload: Payload | undefined): Promise<void> {
    const given = credentialsIn(payload);
    if (given === undefined || !connection.identity) return pong(connection, payload && without(payload));
    try {
      const credentials = await check(given, connection);
      if (!connection.isOpen) return;
      const { identity } = connection;
      if (personOf(credentials.identity) !== personOf(identity))
        throw new ConnectionRefused(closeCodes.FORBIDDEN, 'a token of another identity');
      connection.identity = credentials.identity;
      connection.keyPrefix = credentials.keyPrefix;
      endWith(connection, credentials);
      // What runs has been begun with the rights of before.
      if (identityKey(identity) !== identityKey(credentials.identity) && connection.operations > 0)
        connection.leave(closeCodes.RESUME, 'other rights: resume from your cursor');
      await pong(connection, { expiresAt: credentials.expiresAt });
    } catch (error) {
      if (!(error instanceof ConnectionRefused) || error.code !== closeCodes.TRY_AGAIN_LATER) throw error;
      await pong(connection, { error: error.reason });
    }
  }

  /** What a payload has of credentials, as headers; undefined where it has nothing. Names are written as people write headers. */
  function credentialsIn(payload: Payload | undefined): CredentialHeaders | undefined {
    const found = Object.entries(payload ?? {}).filter(([name, value]) => isCredential(name) && value != null);
    if (found.length === 0) return undefined;
    if (found.some(([, value]) => typeof value !== 'string'))
      throw new ConnectionRefused(closeCodes.FORBIDDEN, 'the credentials have to be strings');
    const headers = Object.fromEntries(found.map(([name, value]) => [name.toLowerCase(), value as string]));
    if (Object.keys(headers).length < found.length)
      throw new ConnectionRefused(closeCodes.FORBIDDEN, 'the credentials are given twice');
    return headers;
  }

  function without(payload: Payload): object {
    return Object.fromEntries(Object.entries(payload).filter(([name]) => !isCredential(name)));
  }

  function isCredential(name: string): boolean {
    return names.includes(name.toLowerCase());
  }

  async function check(given: CredentialHeaders, { address }: Connection): Promise<Credentials> {
    try {
      const credentials = await findOrSpend(
        () => authenticate(given),
        admit,
        () => ({ identity: anonymous, address }),
      );
      if (credentials.expiresAt !== undefined && credentials.expiresAt <= Date.now()) throw expired();
      return credentials;
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const code = error.code === 'UNAUTHENTICATED' ? closeCodes.FORBIDDEN : closeCodes.TRY_AGAIN_LATER;
      throw new ConnectionRefused(code, error.message);
    }
  }
}

function endWith(connection: Connection, { expiresAt, keyPrefix, onWithdrawn }: Credentials): void {
  const stopExpiry = whenExpired(expiresAt, () => connection.leave(closeCodes.FORBIDDEN, 'token expired'));
  // Of a token it is known only that it has to be checked again: its client comes again with it.
  const stopWatching = onWithdrawn?.(() =>
    keyPrefix === undefined
      ? connection.leave(closeCodes.RESUME, 'the keys of tokens have changed: resume from your cursor')
      : connection.leave(closeCodes.FORBIDDEN, 'key withdrawn'),
  );
  connection.keepUntil(() => {
    stopExpiry();
    stopWatching?.();
  });
}

function expired(): ConnectionRefused {
  return new ConnectionRefused(closeCodes.FORBIDDEN, 'token expired');
}

function pong(connection: Connection, payload: object | undefined): Promise<void> {
  return connection.send(JSON.stringify({ type: 'pong', ...(payload && { payload }) }));
}
