/** Who calls. The gateway passes kinds and scopes on and gives no meaning to them. */
export interface Identity {
  readonly kind: string;
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The identity of a request without a token. */
export const anonymous: Identity = { kind: 'ANONYMOUS', sub: '', scopes: [] };
