import type { IncomingMessage } from 'node:http';
import type { Authenticate, Credentials } from '../identity/clientToken.js';
import { anonymous } from '../identity/identity.js';
import { clientAddress } from '../limits/clientAddress.js';
import { type Admit, findOrSpend } from '../limits/operationLimits.js';

export interface SignInOptions {
  readonly authenticate: Authenticate;
  readonly admit?: Admit | undefined;
  readonly trustedProxies?: number | undefined;
}

/** Finds out who sends a request. Credentials that are refused are paid for by the address, so that nobody tries them without end: rejects as `Authenticate` and `Admit` do. */
export function signIn(
  request: IncomingMessage,
  { authenticate, admit, trustedProxies = 0 }: SignInOptions,
): Credentials | Promise<Credentials> {
  return findOrSpend(
    () => authenticate(request.headers),
    admit,
    () => ({ identity: anonymous, address: clientAddress(request, trustedProxies) }),
  );
}
