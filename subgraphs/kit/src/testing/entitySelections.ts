import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  type UnionTypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Identity } from '../identity/identity.js';

type Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

/**
 * What of a subgraph's entities a gateway may cache, as selections. `sdl` is the subgraph's; `supergraph` says how long what is kept, since one subgraph says it for the entities of all. The keys of entities are their `id`s.
 */
export class EntitySelections {
  readonly #types: ReadonlyMap<string, Definition>;
  readonly #kept: ReadonlyMap<string, Definition>;

  constructor(sdl: string, supergraph: string) {
    this.#types = definitionsOf(parse(sdl));
    this.#kept = definitionsOf(parse(supergraph));
  }

  /** Entities that the subgraph answers references to, and whose answers are kept: what has no time of its own is kept within others only. */
  kept(): string[] {
    return [...this.#types].flatMap(([name, type]) => {
      const keys = (type.directives ?? []).filter((each) => each.name.value === 'key');
      const isResolvable = keys.some((key) => argument(key, 'resolvable') !== false);
      return isResolvable && (hintOf(this.#kept.get(name)?.directives)?.maxAge ?? 0) > 0 ? [name] : [];
    });
  }

  isEntity(typename: string): boolean {
    return (this.#types.get(typename)?.directives ?? []).some((each) => each.name.value === 'key');
  }

  /** Of that, what is PUBLIC: the same for all callers of the kind and scopes, as the gateway takes it. */
  publicOf(typename: string, identity: Identity): string | null {
    const type = this.#types.get(typename);
    if (!type || !('fields' in type) || !mayHave(type.directives, identity)) return null;
    const fields = this.#fields(type, identity, 0, [], '', this.#scopeOf(typename) === 'PUBLIC');
    return fields === '' ? null : `__typename id ${fields}`;
  }

  /** All that may be cached of an entity for this caller; of entities within it what is their own, and the keys of those within these. Null when that is nothing. */
  of(typename: string, identity: Identity): string | null {
    const type = this.#types.get(typename);
    if (!type || !mayHave(type.directives, identity)) return null;
    const selection = this.#fields(type, identity, 0, []);
    return selection === '' ? null : `__typename id ${selection}`;
  }

  /** `shared`: only what is PUBLIC, where `type` is (true) or is not (false). */
  #fields(
    type: Definition,
    identity: Identity,
    depth: number,
    within: readonly string[],
    prefix = '',
    shared?: boolean,
  ): string {
    if (type.kind === Kind.UNION_TYPE_DEFINITION) {
      const members = (type.types ?? []).map(({ name }) => {
        const member = this.#types.get(name.value);
        // Fields of one name may have other types in another member.
        const fields = member ? this.#fields(member, identity, depth, within, `${name.value}_`, shared) : '';
        return `... on ${name.value} { __typename ${fields} }`;
      });
      return members.join(' ');
    }
    return (type.fields ?? [])
      .map((field) => this.#field(type, field, identity, depth, within, shared))
      .filter((each) => each !== '')
      .map((each) => (prefix === '' ? each : `${prefix}${each.split(' ', 1)[0]}: ${each}`))
      .join(' ');
  }

  #field(
    parent: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
    field: FieldDefinitionNode,
    identity: Identity,
    depth: number,
    within: readonly string[],
    shared: boolean | undefined,
  ): string {
    const name = field.name.value;
    const needsArguments = (field.arguments ?? []).some(
      (each) => each.type.kind === Kind.NON_NULL_TYPE && each.defaultValue === undefined,
    );
    if (needsArguments || !mayHave(field.directives, identity)) return '';
    const given = this.#types.get(namedType(field.type));
    if (shared !== undefined) {
      const scope = this.#scopeOf(parent.name.value, name) ?? (given && this.#scopeOf(given.name.value));
      if (scope === undefined ? given || !shared : scope !== 'PUBLIC') return '';
    }
    const below = shared === undefined ? undefined : true;
    if (!given) return this.#isKept(parent.name.value, name, undefined) ? name : '';
    const typename = given.name.value;
    if (!mayHave(given.directives, identity) || !this.#isKept(parent.name.value, name, typename)) return '';
    if (!this.isEntity(typename)) {
      if (within.includes(typename)) return '';
      const fields = this.#fields(given, identity, depth, [...within, typename], '', below);
      return fields === '' ? '' : `${name} { __typename ${fields} }`;
    }
    const fields = depth === 0 ? this.#fields(given, identity, 1, [], '', below) : '';
    return `${name} { __typename id ${fields} }`;
  }

  #scopeOf(typename: string, name?: string): unknown {
    const type = this.#kept.get(typename);
    const fields = type && 'fields' in type ? type.fields : undefined;
    const of = name === undefined ? type : fields?.find((each) => each.name.value === name);
    return argument(
      of?.directives?.find((each) => each.name.value === 'cacheControl'),
      'scope',
    );
  }

  /** By the rules of `@cacheControl`: what stands at the field, else at the type that it gives; a leaf is kept as long as what it is in. */
  #isKept(parent: string, name: string, given: string | undefined): boolean {
    const type = this.#kept.get(parent);
    const field = type && 'fields' in type ? type.fields?.find((each) => each.name.value === name) : undefined;
    const own = hintOf(field?.directives);
    const ofType = given === undefined ? undefined : hintOf(this.#kept.get(given)?.directives);
    const maxAge = own?.maxAge ?? ofType?.maxAge;
    if (maxAge !== undefined) return maxAge > 0;
    return given === undefined || own?.inherit === true || ofType?.inherit === true;
  }
}

function definitionsOf({ definitions }: DocumentNode): Map<string, Definition> {
  const found = new Map<string, Definition>();
  for (const each of definitions) {
    const isComposite =
      each.kind === Kind.OBJECT_TYPE_DEFINITION ||
      each.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      each.kind === Kind.UNION_TYPE_DEFINITION;
    if (isComposite) found.set(each.name.value, each);
  }
  return found;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function argument(directive: ConstDirectiveNode | undefined, name: string): unknown {
  const value = directive?.arguments?.find((each) => each.name.value === name)?.value;
  return value && valueFromASTUntyped(value);
}

function hintOf(directives: readonly ConstDirectiveNode[] = []): { maxAge?: number; inherit: boolean } | undefined {
  const hint = directives.find(({ name }) => name.value === 'cacheControl');
  if (!hint) return undefined;
  const maxAge = argument(hint, 'maxAge');
  return { ...(typeof maxAge === 'number' && { maxAge }), inherit: argument(hint, 'inheritMaxAge') === true };
}

/** What the gateway would leave of a selection for this caller. */
function mayHave(directives: readonly ConstDirectiveNode[] | undefined, { kind, scopes }: Identity): boolean {
  const holds = (lists: unknown, held: (each: string) => boolean) =>
    !Array.isArray(lists) || (lists as string[][]).some((all) => all.every(held));
  return (directives ?? []).every((directive) => {
    switch (directive.name.value) {
      case 'authenticated':
        return kind !== 'ANONYMOUS';
      case 'policy':
        return holds(argument(directive, 'policies'), (policy) => policy === `kind:${kind}`);
      case 'requiresScopes':
        return holds(argument(directive, 'scopes'), (scope) => scopes.includes(scope));
      default:
        return true;
    }
  });
}
