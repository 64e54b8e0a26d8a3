import { DomainError } from '../errors.js';

export const identityKinds = ['OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER', 'ANONYMOUS'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** Who calls. `sub` is the agent's id, the partner's id or the user's name; empty for ANONYMOUS. */
export interface Identity {
  readonly kind: IdentityKind;
  readonly sub: string;
  readonly scopes: readonly string[];
}

export const anonymous: Identity = { kind: 'ANONYMOUS', sub: '', scopes: [] };

/** Passes when the caller is one of `kinds`, else throws UNAUTHENTICATED (nobody) or FORBIDDEN (somebody else). */
export function requireKind(identity: Identity, ...kinds: IdentityKind[]): void {
  if (kinds.includes(identity.kind)) return;
  const wanted = kinds.join(' or ').toLowerCase();
  if (identity.kind === 'ANONYMOUS') {
    throw new DomainError('UNAUTHENTICATED', `Sign in as ${wanted}: send a bearer token in the authorization header.`);
  }
  throw new DomainError(
    'FORBIDDEN',
    `Only ${wanted} may do this; you are signed in as ${identity.kind.toLowerCase()}.`,
  );
}

/** Passes when the identity has the scope, else throws FORBIDDEN naming it. */
export function requireScope(identity: Identity, scope: string): void {
  if (identity.scopes.includes(scope)) return;
  throw new DomainError(
    'FORBIDDEN',
    `This needs the scope "${scope}", which your token does not have. Ask for a token with it.`,
  );
}
