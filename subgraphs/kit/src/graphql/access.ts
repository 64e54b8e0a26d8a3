import { Directive, type MiddlewareFn, UseMiddleware } from 'type-graphql';
import { type Identity, type IdentityKind, requireKind, requireScope } from '../identity/identity.js';
import type { RequestContext } from './requestContext.js';

/** Stands at a field, which is then checked, or at a type. */
export type AccessDecorator = ReturnType<typeof Directive>;

/**
 * Who may have a field, said once: the gateway cuts it for everybody else (`@policy`), and this subgraph refuses it as well, with UNAUTHENTICATED or FORBIDDEN, since it trusts the gateway's token and not its cutting.
 * At a type it holds for every field that gives the type, at the gateway; here, whoever finds such an object decides. Whose an object is, of those who may have the field at all, is decided in the resolver.
 */
export function OnlyFor(...kinds: [IdentityKind, ...IdentityKind[]]): AccessDecorator {
  const policies = kinds.map((kind) => `["kind:${kind}"]`).join(', ');
  return access(`@policy(policies: [${policies}])`, (identity) => requireKind(identity, ...kinds));
}

/** As `OnlyFor`, for everybody who is signed in (`@authenticated`). */
export function SignedIn(): AccessDecorator {
  return access('@authenticated', (identity) => requireKind(identity, 'OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER'));
}

/** As `OnlyFor`, for whoever's token has the scope (`@requiresScopes`). With `OnlyFor` at the same place both have to hold. */
export function WithScope(scope: string): AccessDecorator {
  return access(`@requiresScopes(scopes: [[${JSON.stringify(scope)}]])`, (identity) => requireScope(identity, scope));
}

function access(directive: string, check: (identity: Identity) => void): AccessDecorator {
  const says = Directive(directive);
  const middleware: MiddlewareFn<RequestContext> = async ({ context }, next) => {
    check(context.identity);
    return next();
  };
  const checks = UseMiddleware(middleware);
  return (target: object, key?: string | symbol, descriptor?: unknown) => {
    says(target as never, key as never, descriptor as never);
    if (key === undefined) return;
    checks(target, key, descriptor as never);
    said.push({ owner: target.constructor, field: String(key), directive });
  };
}

/** What has been said at fields. */
const said: { readonly owner: object; readonly field: string; readonly directive: string }[] = [];

/**
 * Throws when the schema lacks what a resolver says of a field: type-graphql takes directives of a field resolver only where the type does not declare the field itself. Such a one would be checked by the subgraph alone.
 */
export function checkAccessIsTold(resolvers: readonly object[], sdl: string): void {
  const lines = sdl.split('\n');
  for (const { owner, field, directive } of said) {
    if (!resolvers.includes(owner)) continue;
    const wanted = said.filter(
      (each) => each.field === field && each.directive === directive && resolvers.includes(each.owner),
    );
    const told = fieldsWith(field, directive, lines);
    if (told < wanted.length)
      throw new Error(
        `${(owner as { name: string }).name}.${field}: say who may have it where the type declares the field.`,
      );
  }
}

/** How many fields of a name have a directive: it stands behind their type, which is on another line than the name where arguments have descriptions. */
function fieldsWith(field: string, directive: string, lines: readonly string[]): number {
  return lines.filter((line, index) => {
    if (!line.includes(directive)) return false;
    if (!line.startsWith('  )')) return new RegExp(`^  ${field}\\b`).test(line);
    return lines
      .slice(0, index)
      .findLast((each) => /^ {2}\w/.test(each))
      ?.startsWith(`  ${field}(`);
  }).length;
}
