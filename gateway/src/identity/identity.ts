/** Who calls. The gateway passes kinds and scopes on and gives no meaning to them. */
export interface Identity {
  readonly kind: string;
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The identity of a request without a token. */
export const anonymous: Identity = { kind: 'ANONYMOUS', sub: '', scopes: [] };

const keys = new WeakMap<Identity, string>();

/** The identity as one text, the same for the same identity: what may be shared between its requests is kept under it. */
export function identityKey(identity: Identity): string {
  let key = keys.get(identity);
  if (key === undefined) {
    key = JSON.stringify([identity.kind, identity.sub, identity.scopes]);
    keys.set(identity, key);
  }
  return key;
}

const subjectless = new WeakMap<Identity, Identity>();

/** The identity as subgraphs see it where everybody of its kind with its scopes gets the same. */
export function withoutSubject(identity: Identity): Identity {
  if (identity.sub === '') return identity;
  let without = subjectless.get(identity);
  if (!without) {
    without = { kind: identity.kind, sub: '', scopes: identity.scopes };
    subjectless.set(identity, without);
  }
  return without;
}
