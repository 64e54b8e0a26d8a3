import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';
import { reasonOf } from '../errors/reasonOf.js';

/** Where the events of a subscription field come from: a stream's messages, as the field's owner says by `@eventSource`. */
export interface EventSource {
  /** The subgraph that owns the field and authorises each event. */
  readonly subgraph: string;
  /** The parts of the messages' subject. */
  readonly subject: readonly SubjectPart[];
  /** All must hold for a message to be an event of the subscription. */
  readonly filters: readonly EventFilter[];
  readonly eventType: string;
  /** The event's field for the entity that it is about. */
  readonly entityField: string;
  readonly entityType: string;
  /** The field of the entity's key. */
  readonly keyField: string;
}

export type SubjectPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  /** The caller's subject. */
  | { readonly kind: 'identity' }
  /** The value of an argument of the field. */
  | { readonly kind: 'argument'; readonly name: string };

/** A value of the message has to be the value of an argument, or one of them where it is a list. */
export interface EventFilter {
  readonly message: readonly string[];
  readonly argument: readonly string[];
}

/** The interface of all event types. */
export const EVENT_INTERFACE = 'SubscriptionEvent';
/** The argument that says where to go on. */
export const AFTER = 'after';

const DIRECTIVE = /^(\w+__)?eventSource$/;
const LITERAL = /^[A-Za-z0-9_-]+$/;
const PLACEHOLDER = /^\{(?:(identity\.sub)|args\.(\w+))\}$/;
const FILTER = /^\s*([\w.]+)\s*=\s*args\.([\w.]+)\s*$/;

/** Reads the `@eventSource`s of a supergraph, by subscription field. Throws with field and reason where one cannot be served. */
export function readEventSources(sdl: string): Map<string, EventSource> {
  const sources = new Map<string, EventSource>();
  if (!sdl.includes('eventSource')) return sources;
  const document = parse(sdl, { noLocation: true });
  const types = objectTypes(document);
  const root = types.get(subscriptionName(document));
  for (const field of root?.fields ?? []) {
    const directive = field.directives?.find(({ name }) => DIRECTIVE.test(name.value));
    if (!root || !directive) continue;
    try {
      sources.set(field.name.value, readSource(document, types, root, field, directive));
    } catch (error) {
      const reason = reasonOf(error);
      throw new Error(`@eventSource of ${root.name.value}.${field.name.value}: ${reason}`);
    }
  }
  return sources;
}

type Types = ReadonlyMap<string, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>;

function readSource(
  document: DocumentNode,
  types: Types,
  root: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
  field: FieldDefinitionNode,
  directive: ConstDirectiveNode,
): EventSource {
  const graph =
    argumentsOf(field.directives, 'join__field')[0]?.graph ?? argumentsOf(root.directives, 'join__type')[0]?.graph;
  const given = Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
  const names = new Set(field.arguments?.map(({ name }) => name.value));
  if (!names.has(AFTER)) throw new Error(`the field has to take "${AFTER}: String"`);
  const eventType = namedType(field.type);
  const event = types.get(eventType);
  if (!event?.interfaces?.some(({ name }) => name.value === EVENT_INTERFACE))
    throw new Error(`${eventType} has to implement ${EVENT_INTERFACE}`);
  const entities = (event.fields ?? []).flatMap((each) => {
    const entityType = namedType(each.type);
    const keys = argumentsOf(types.get(entityType)?.directives, 'join__type').filter(
      (join) => join.graph === graph && join.key,
    );
    const keyField = keys.map(({ key }) => String(key)).find((key) => /^\w+$/.test(key));
    return keyField === undefined ? [] : [{ entityField: each.name.value, entityType, keyField, type: each.type }];
  });
  const [entity] = entities;
  if (!entity || entities.length > 1)
    throw new Error(
      `${eventType} has to have one field of an entity type with a key of one field in this subgraph, and has ${entities.length}`,
    );
  if (entity.type.kind === Kind.NON_NULL_TYPE) throw new Error(`${eventType}.${entity.entityField} has to be nullable`);
  const { entityField, entityType, keyField } = entity;
  return {
    subgraph: graphName(document, String(graph)),
    subject: readSubject(given.subject, names),
    filters: readFilters(given.filter, names),
    eventType,
    entityField,
    entityType,
    keyField,
  };
}

function readSubject(subject: unknown, names: ReadonlySet<string>): SubjectPart[] {
  if (typeof subject !== 'string' || subject === '') throw new Error('give a subject');
  return subject.split(/\.(?![^{]*\})/).map((part): SubjectPart => {
    if (part === '*') return { kind: 'any' };
    if (LITERAL.test(part)) return { kind: 'text', text: part };
    const [, identity, name] = PLACEHOLDER.exec(part) ?? [];
    if (identity) return { kind: 'identity' };
    if (name !== undefined && names.has(name)) return { kind: 'argument', name };
    throw new Error(`"${part}" in the subject is no name, no "*", no {identity.sub} and no {args.…} of the field`);
  });
}

function readFilters(filter: unknown, names: ReadonlySet<string>): EventFilter[] {
  if (filter === undefined || filter === null) return [];
  return (Array.isArray(filter) ? filter : [filter]).map((each) => {
    const [, message, argument] = FILTER.exec(String(each)) ?? [];
    if (!message || !argument || !names.has(argument.split('.', 1)[0] ?? ''))
      throw new Error(`the filter "${each}" has to read "<path in the message> = args.<argument>"`);
    return { message: message.split('.'), argument: argument.split('.') };
  });
}

function objectTypes(document: DocumentNode): Map<string, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode> {
  const types = new Map<string, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.INTERFACE_TYPE_DEFINITION)
      types.set(each.name.value, each);
  }
  return types;
}

function subscriptionName(document: DocumentNode): string {
  for (const each of document.definitions) {
    if (each.kind !== Kind.SCHEMA_DEFINITION && each.kind !== Kind.SCHEMA_EXTENSION) continue;
    const named = each.operationTypes?.find(({ operation }) => operation === 'subscription');
    if (named) return named.type.name.value;
  }
  return 'Subscription';
}

/** The name of the subgraph that a supergraph's join directives mean by `graph`. */
function graphName(document: DocumentNode, graph: string): string {
  for (const each of document.definitions) {
    if (each.kind !== Kind.ENUM_TYPE_DEFINITION || each.name.value !== 'join__Graph') continue;
    const value = each.values?.find(({ name }) => name.value === graph);
    const name = argumentsOf(value?.directives, 'join__graph')[0]?.name;
    if (typeof name === 'string') return name;
  }
  throw new Error('the supergraph does not say whose field it is');
}

function argumentsOf(directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, unknown>[] {
  return (directives ?? [])
    .filter((each) => each.name.value === name)
    .map((each) =>
      Object.fromEntries((each.arguments ?? []).map((one) => [one.name.value, valueFromASTUntyped(one.value)])),
    );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
