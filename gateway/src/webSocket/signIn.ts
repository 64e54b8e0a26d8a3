import { RequestRefused } from '../errors/requestRefused.js';
import type { Authenticate, Credentials } from '../identity/clientToken.js';
import { identityKey } from '../identity/identity.js';
import { personOf } from '../identity/occupancy.js';
import { whenExpired } from '../identity/whenExpired.js';
import type { ConnectionLimits } from '../subscribe/subscription.js';
import { ConnectionRefused, closeCodes } from './closeCodes.js';
import type { Connection } from './connection.js';

export interface SignInOptions {
  readonly authenticate: Authenticate;
  readonly limits: ConnectionLimits;
}

/** Finds out who is at the other end of a connection, and ends it with the token. */
export function createSignIn({ authenticate, limits }: SignInOptions) {
  return { signIn, renew };

  /** For `connection_init`: by the token in its payload, else by the upgrade request's. Rejects with `ConnectionRefused`. */
  async function signIn(connection: Connection, payload: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    const authorization = authorizationOf(payload) ?? connection.authorization;
    connection.authorization = undefined;
    const credentials = await check(authorization);
    if (!connection.isOpen) return;
    const leave = limits.enter(credentials.identity);
    if (!leave) throw new ConnectionRefused(closeCodes.TRY_AGAIN_LATER, 'too many connections: try again later');
    connection.onOver.push(leave);
    connection.identity = credentials.identity;
    endWith(connection, credentials);
  }

  /**
   * For `ping`: one with `{ authorization }` renews the token. It has to be the same identity's, else the connection ends; as long as tokens cannot be checked the one before goes on. The pong tells until when the connection is good; it never
   * repeats the token.
   */
  async function renew(connection: Connection, payload: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    const authorization = authorizationOf(payload);
    if (authorization === undefined || !connection.identity) return pong(connection, payload && without(payload));
    try {
      const credentials = await check(authorization);
      if (!connection.isOpen) return;
      const { identity } = connection;
      if (personOf(credentials.identity) !== personOf(identity))
        throw new ConnectionRefused(closeCodes.FORBIDDEN, 'a token of another identity');
      connection.identity = credentials.identity;
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

  async function check(authorization: string | undefined): Promise<Credentials> {
    try {
      const credentials = await authenticate(authorization);
      if (credentials.expiresAt !== undefined && credentials.expiresAt <= Date.now()) throw expired();
      return credentials;
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const code = error.code === 'UNAUTHENTICATED' ? closeCodes.FORBIDDEN : closeCodes.TRY_AGAIN_LATER;
      throw new ConnectionRefused(code, error.message);
    }
  }
}

function endWith(connection: Connection, { expiresAt }: Credentials): void {
  connection.keepUntil(whenExpired(expiresAt, () => connection.leave(closeCodes.FORBIDDEN, 'token expired')));
}

function expired(): ConnectionRefused {
  return new ConnectionRefused(closeCodes.FORBIDDEN, 'token expired');
}

function authorizationOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = payload?.authorization ?? payload?.Authorization;
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string') return given;
  throw new ConnectionRefused(closeCodes.FORBIDDEN, 'the authorization has to be a string');
}

function without({ authorization: _, Authorization: __, ...rest }: Readonly<Record<string, unknown>>): object {
  return rest;
}

function pong(connection: Connection, payload: object | undefined): Promise<void> {
  return connection.send(JSON.stringify({ type: 'pong', ...(payload && { payload }) }));
}
