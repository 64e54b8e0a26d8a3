import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type ScalarTypeDefinitionNode,
  type TypeNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { type Requirement, requirementKey } from './requirement.js';
import { mentionsRights, type RightsDirective, type RightsLinks, readRightsLinks } from './rightsLinks.js';

/** What a supergraph requires of callers, with each distinct requirement once. */
export interface SchemaRights {
  readonly requirements: readonly Requirement[];
  /** By type: the requirements of the type itself, as indexes. */
  readonly types: ReadonlyMap<string, ReadonlySet<number>>;
  /** By `Type.field`: all that selecting the field on that type requires. Only fields that require something stand here. */
  readonly fields: ReadonlyMap<string, ReadonlySet<number>>;
}

/**
 * Reads what a supergraph requires by `@authenticated`, `@requiresScopes` and `@policy`, whatever its links call them; undefined where it requires nothing. All must hold: what the field says, what the type that has it says, and what
 * the type that it gives says. A field of an interface requires also what the types require that implement it, and their fields of that name: through the interface it is not known whose field it is, by `... on T` it is. (Composition from
 * Federation 2.12 on writes that into the interface; older supergraphs do not have it.) What only an interface requires, and none of those who implement it, holds for them all: it could be gone round by type conditions otherwise.
 */
export function readRights(sdl: string): SchemaRights | undefined {
  if (!mentionsRights(sdl)) return undefined;
  const document = parse(sdl, { noLocation: true });
  const links = readRightsLinks(document);
  const requirements = new Requirements();
  const definitions = document.definitions.filter(isRestrictable);
  const typeOwn = new Map<string, Set<number>>();
  const fieldOwn = new Map<string, Set<number>>();
  for (const type of definitions) {
    typeOwn.set(type.name.value, requirements.of(type.directives, links));
    for (const field of fieldsOf(type))
      fieldOwn.set(`${type.name.value}.${field.name.value}`, requirements.of(field.directives, links));
  }
  if (requirements.all.length === 0) return undefined;

  const implementations = new Map<string, string[]>();
  for (const each of definitions) {
    if (each.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name } of each.interfaces ?? [])
      implementations.set(name.value, [...(implementations.get(name.value) ?? []), each.name.value]);
  }
  passDown(definitions, implementations, typeOwn, fieldOwn);
  const fields = new Map<string, ReadonlySet<number>>();
  for (const type of definitions) {
    if (!('fields' in type)) continue;
    const owners = [type.name.value, ...(implementations.get(type.name.value) ?? [])];
    const ofTypes = owners.flatMap((each) => [...(typeOwn.get(each) ?? [])]);
    for (const field of [...fieldsOf(type), TYPENAME]) {
      const needs = new Set(ofTypes);
      for (const owner of owners) {
        for (const each of fieldOwn.get(`${owner}.${field.name.value}`) ?? []) needs.add(each);
      }
      for (const each of typeOwn.get(namedType(field.type)) ?? []) needs.add(each);
      if (needs.size > 0) fields.set(`${type.name.value}.${field.name.value}`, needs);
    }
  }
  return { requirements: requirements.all, types: typeOwn, fields };
}

/**
 * Composition before Federation 2.12 took directives at interfaces and said nothing of it at the types. Later ones take none there: an interface has what its types have, so that it never stands alone.
 */
function passDown(
  definitions: readonly Restrictable[],
  implementations: ReadonlyMap<string, readonly string[]>,
  typeOwn: Map<string, Set<number>>,
  fieldOwn: Map<string, Set<number>>,
): void {
  /** Before anything has been passed down: a type may implement several. */
  const said = new Map([...typeOwn, ...fieldOwn]);
  const pass = (own: Map<string, Set<number>>, from: string, to: readonly string[]) => {
    const needs = said.get(from) ?? new Set();
    if (to.some((each) => (said.get(each)?.size ?? 0) > 0)) return;
    for (const each of to) own.set(each, new Set([...(own.get(each) ?? []), ...needs]));
  };
  for (const type of definitions) {
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const types = implementations.get(type.name.value) ?? [];
    pass(typeOwn, type.name.value, types);
    for (const { name } of type.fields ?? [])
      pass(
        fieldOwn,
        `${type.name.value}.${name.value}`,
        types.map((each) => `${each}.${name.value}`),
      );
  }
}

/** Whether what is required is, at least in part, lacked. */
export function isLacking(needs: ReadonlySet<number> | undefined, lacked: ReadonlySet<number>): boolean {
  if (needs === undefined) return false;
  for (const need of needs) if (lacked.has(need)) return true;
  return false;
}

/**
 * The supergraph without what it says of rights, for those that refuse such a one (ApolloGateway: "feature … is for: SECURITY but is unsupported") or would show its scalars to clients.
 */
export function withoutRights(sdl: string): string {
  if (!mentionsRights(sdl)) return sdl;
  const document = parse(sdl, { noLocation: true });
  const links = readRightsLinks(document);
  return print(
    visit(document, {
      Directive: (node) =>
        links.directives.has(node.name.value) || links.isLink(node as ConstDirectiveNode) ? null : undefined,
      DirectiveDefinition: ({ name }) => (links.directives.has(name.value) ? null : undefined),
      ScalarTypeDefinition: ({ name }) => (links.ownsType(name.value) ? null : undefined),
    }),
  );
}

type Restrictable =
  | ObjectTypeDefinitionNode
  | InterfaceTypeDefinitionNode
  | EnumTypeDefinitionNode
  | ScalarTypeDefinitionNode;

const NAMED: TypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'String' } };
const TYPENAME = { name: { value: '__typename' }, type: NAMED };

function isRestrictable(definition: DefinitionNode): definition is Restrictable {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.ENUM_TYPE_DEFINITION ||
    definition.kind === Kind.SCALAR_TYPE_DEFINITION
  );
}

function fieldsOf(type: Restrictable) {
  return 'fields' in type ? (type.fields ?? []) : [];
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

class Requirements {
  readonly all: Requirement[] = [];
  private readonly known = new Map<string, number>();

  /** The requirements that directives make. */
  of(directives: readonly ConstDirectiveNode[] | undefined, links: RightsLinks): Set<number> {
    const found = new Set<number>();
    for (const each of directives ?? []) {
      const directive = links.directives.get(each.name.value);
      if (directive) found.add(this.indexOf(readRequirement(each, directive)));
    }
    return found;
  }

  private indexOf(requirement: Requirement): number {
    const key = requirementKey(requirement);
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.all.push(requirement) - 1;
      this.known.set(key, index);
    }
    return index;
  }
}

function readRequirement({ arguments: given }: ConstDirectiveNode, directive: RightsDirective): Requirement {
  if (directive === 'authenticated') return { kind: 'authenticated' };
  const kind = directive === 'policy' ? 'policies' : 'scopes';
  const value = given?.find(({ name }) => name.value === kind)?.value;
  const listed: unknown = value && valueFromASTUntyped(value);
  // Lists of one are lists (GraphQL 3.11).
  const outer: unknown[] = Array.isArray(listed) ? listed : listed === undefined || listed === null ? [] : [listed];
  return { kind, alternatives: outer.map((all) => (Array.isArray(all) ? all.map(String) : [String(all)])) };
}
