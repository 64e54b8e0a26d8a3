import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';
import { responseName } from './collectFields.js';
import { type CompiledFetch, type PlanContext, readFetch } from './compileFetch.js';
import type { EventSource } from './eventSources.js';
import { variablesIn } from './supergraphFacts.js';

/** A subscription's field and what is selected of its events, as the field's owner is asked for it. */
export interface EventSelection {
  /** The field, and its response name. */
  readonly field: string;
  readonly rootName: string;
  /** The response names and fields of an event; empty where the events are leaf values. */
  readonly fields: readonly { readonly name: string; readonly field: string }[];
}

/** How the events of a stream are completed. */
export interface CompiledEvent {
  readonly source: EventSource;
  /** What brings each selection of the entity, from the field's owner: for one that the client does not make as well, since its owner authorises the event. */
  readonly entities: readonly { readonly name: string; readonly fetch: CompiledFetch }[];
}

/** A field of the entity that only a subgraph gives which shows the entity to the caller. */
export const SEEN = 'leadgraph__seen';

const UNSELECTED = 'leadgraph__entity';

/** Reads what the fetch that a subscription begins with selects. */
export function readEventSelection(primary: FetchNode): EventSelection {
  const { root, document } = readPrimary(primary);
  const fields = root.selectionSet ? fieldsOf(root.selectionSet, document) : [];
  return {
    field: root.name.value,
    rootName: responseName(root),
    fields: fields.map((each) => ({ name: responseName(each), field: each.name.value })),
  };
}

/**
 * Turns the fetch that a subscription begins with into what is done for an event of a stream: of what is selected on the event its message has some fields, and the entity is fetched from its owner.
 * `primary`: as Apollo's planner has planned it, for the owner to execute.
 */
export function compileEvent(primary: FetchNode, source: EventSource, plan: PlanContext): CompiledEvent {
  const { root, operation, document } = readPrimary(primary);
  const rootName = responseName(root);
  const fields = root.selectionSet ? fieldsOf(root.selectionSet, document) : [];
  const selected = fields.filter(({ name }) => name.value === source.entityField);
  const entityFetch = (name: string, selectionSet: SelectionSetNode | undefined) => {
    const node = entityNode(primary, operation, document, source, selectionSet);
    const rewrites = primary.outputRewrites
      ?.filter(({ path }) => path[0] === rootName && path.includes(name))
      .map((rewrite) => ({ ...rewrite, path: rewrite.path.slice(rewrite.path.indexOf(name) + 1) }));
    const path = [rootName, name].map((key) => ({ key, types: undefined }));
    return { name, fetch: readFetch(rewrites ? { ...node, outputRewrites: rewrites } : node, path, plan) };
  };
  return {
    source,
    entities:
      selected.length > 0
        ? selected.map((field) => entityFetch(responseName(field), field.selectionSet))
        : [entityFetch(UNSELECTED, undefined)],
  };
}

function readPrimary(primary: FetchNode) {
  const document = parse(primary.operation, { noLocation: true });
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const [root] = operation ? fieldsOf(operation.selectionSet, document) : [];
  if (!operation || !root) throw new Error('a subscription without a field');
  return { document, operation, root };
}

function entityNode(
  { serviceName, operationName }: FetchNode,
  operation: OperationDefinitionNode,
  document: DocumentNode,
  { entityType, keyField }: EventSource,
  selectionSet: SelectionSetNode | undefined,
): FetchNode {
  const used = selectionSet
    ? variablesIn({ ...document, definitions: [...fragmentsOf(document), queryOf(selectionSet)] })
    : new Set<string>();
  const definitions = (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
  const variables = ['$representations: [_Any!]!', ...definitions.map((each) => print(each))].join(', ');
  const selections = selectionSet ? print(selectionSet).replace(/^\{|\}$/g, '') : '';
  const fragments = fragmentsOf(document)
    .map((each) => print(each))
    .join('\n');
  return {
    kind: 'Fetch',
    serviceName,
    operationName,
    operationKind: OperationTypeNode.QUERY,
    variableUsages: [...used],
    operation:
      `query ${operationName ?? ''}(${variables}) { _entities(representations: $representations) ` +
      `{ ... on ${entityType} { ${SEEN}: __typename ${selections} } } }\n${selectionSet ? fragments : ''}`,
    requires: [
      {
        kind: 'InlineFragment',
        typeCondition: entityType,
        selections: [
          { kind: 'Field', name: '__typename' },
          { kind: 'Field', name: keyField },
        ],
      },
    ],
  };
}

function fragmentsOf(document: DocumentNode) {
  return document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
}

function queryOf(selectionSet: SelectionSetNode): OperationDefinitionNode {
  return { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet };
}

/** The fields of a selection on one object type, those of its fragments among them. */
function fieldsOf(set: SelectionSetNode, document: DocumentNode): FieldNode[] {
  return set.selections.flatMap((each) => {
    if (each.kind === Kind.FIELD) return [each];
    if (each.kind === Kind.INLINE_FRAGMENT) return fieldsOf(each.selectionSet, document);
    const fragment = fragmentsOf(document).find(({ name }) => name.value === each.name.value);
    return fragment ? fieldsOf(fragment.selectionSet, document) : [];
  });
}
