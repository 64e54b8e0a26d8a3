import { anonymous, type Identity } from '../identity/identity.js';

/** What one directive requires of the caller. Of alternatives one has to hold as a whole: `[["a", "b"], ["c"]]` is a and b, or c. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes' | 'policies'; readonly alternatives: readonly (readonly string[])[] };

/** Which policies an identity satisfies (`@policy`). */
export type Policies = (identity: Identity) => ReadonlySet<string>;

const POLICY = 'policy:';
const KIND = 'kind:';

/**
 * What an identity satisfies by itself: `kind:<kind>` by being of that kind (`kind:OPERATOR`), any other policy by the scope `policy:<name>`. No scope makes somebody one of another kind.
 */
export const builtInPolicies: Policies = ({ kind, scopes }) => {
  const policies = scopes.filter((scope) => scope.startsWith(POLICY)).map((scope) => scope.slice(POLICY.length));
  return new Set([`${KIND}${kind}`, ...policies.filter((policy) => !policy.startsWith(KIND))]);
};

/** Whether an identity satisfies a requirement. One without any alternative nobody satisfies. */
export function satisfies(identity: Identity, requirement: Requirement, policies: Policies): boolean {
  if (requirement.kind === 'authenticated') return identity.kind !== anonymous.kind;
  const { alternatives } = requirement;
  const had = requirement.kind === 'scopes' ? new Set(identity.scopes) : policies(identity);
  return alternatives.some((all) => all.every((each) => had.has(each)));
}

/** The same text for the same requirement. */
export function requirementKey(requirement: Requirement): string {
  if (requirement.kind === 'authenticated') return requirement.kind;
  const sorted = requirement.alternatives.map((all) => JSON.stringify([...new Set(all)].sort()));
  return `${requirement.kind}:${[...new Set(sorted)].sort().join()}`;
}
