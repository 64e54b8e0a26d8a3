import type { FetchNode } from '@apollo/query-planner';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { responseName } from './collectFields.js';
import { type PathStep, placeOf } from './responsePath.js';
import { isOfType } from './rewrites.js';
import { printedArguments, type Subtypes } from './supergraphFacts.js';

/** A field that a fetch writes into the response. */
export interface WrittenField {
  /** The response names from the root to the field, list steps left out. */
  readonly place: string;
  readonly name: string;
  /** Which field with which arguments stands under the name. */
  readonly meaning: string;
  readonly composite: boolean;
}

/** What a fetch asks of its subgraph. */
export interface FetchDocument {
  /** The operation's text with the planner's running number taken out of its name: so identical fetches have identical texts. */
  readonly text: string;
  readonly operationName: string | undefined;
  readonly writes: readonly WrittenField[];
  /** Keys of the subgraph's response that the plan renames before they are merged. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The response names that are fetched for objects of a type; undefined: for a root. */
  namesFor(typename: string | undefined): string[];
}

/** Reads the operation of a fetch node; `path` is where its data go. */
export function readFetchDocument(fetch: FetchNode, path: readonly PathStep[], subtypes: Subtypes): FetchDocument {
  const document = parse(fetch.operation, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('a fetch without an operation');
  const selection = fetch.requires ? entitySelection(operation) : operation.selectionSet;
  const renamed = new Map<string, string>();
  for (const rewrite of fetch.outputRewrites ?? []) {
    const from = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && from !== undefined) renamed.set(from, rewrite.renameKeyTo);
  }

  const writes: WrittenField[] = [];
  const eachField = (
    set: SelectionSetNode,
    visit: (field: FieldNode, type: string | undefined) => void,
    type?: string,
  ): void => {
    for (const each of set.selections) {
      if (each.kind === Kind.FIELD) visit(each, type);
      else if (each.kind === Kind.INLINE_FRAGMENT)
        eachField(each.selectionSet, visit, each.typeCondition?.name.value ?? type);
      else {
        const fragment = fragments.get(each.name.value);
        if (fragment) eachField(fragment.selectionSet, visit, fragment.typeCondition.name.value);
      }
    }
  };
  const collect = (set: SelectionSetNode, above: string): void =>
    eachField(set, (field) => {
      const given = responseName(field);
      const name = renamed.get(given) ?? given;
      const place = `${above}.${name}`;
      writes.push({
        place,
        name,
        meaning: `${field.name.value}(${printedArguments(field)})`,
        composite: field.selectionSet !== undefined,
      });
      if (field.selectionSet) collect(field.selectionSet, place);
    });
  collect(selection, placeOf(path));

  return {
    ...withoutNumber(fetch),
    writes,
    renamed,
    namesFor(typename) {
      const names = new Set<string>();
      eachField(selection, (field, type) => {
        if (typename === undefined || type === undefined || isOfType(typename, type, subtypes))
          names.add(renamed.get(responseName(field)) ?? responseName(field));
      });
      names.delete('__typename');
      return [...names];
    },
  };
}

function entitySelection(operation: OperationDefinitionNode): SelectionSetNode {
  const entities = operation.selectionSet.selections[0];
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet) throw new Error('an entity fetch without _entities');
  return entities.selectionSet;
}

function withoutNumber({ operation, operationName }: FetchNode): Pick<FetchDocument, 'text' | 'operationName'> {
  const name = operationName?.replace(/__\d+$/, '');
  if (!operationName || name === operationName) return { text: operation, operationName };
  return { text: operation.replace(operationName, () => String(name)), operationName: name };
}
