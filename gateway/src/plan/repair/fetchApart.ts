import type { FetchNode } from '@apollo/query-planner';
import {
  type ASTNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { requiredPaths, withoutPaths } from './requiredPaths.ts';
import type { SeparatedRequirements } from './separateRequirements.ts';

/** Fetches that together bring what this one does, each of which requires one value under each name. */
export function fetchApart(fetch: FetchNode, { standIns, needs }: SeparatedRequirements): FetchNode[] {
  const { requires = [] } = fetch;
  const realPath = (path: string) => {
    const above = path.slice(0, path.lastIndexOf('.') + 1);
    return above + standIns.get(path.slice(above.length))?.name;
  };
  const required = new Set(requiredPaths(requires, (name) => standIns.has(name)));
  if (new Set([...required].map(realPath)).size === required.size) return [fetch];

  const operation = withoutFragments(fetch.operation);
  const parts: { readonly paths: Map<string, string>; readonly fields: Set<FieldNode> }[] = [];
  for (const { field, type } of fieldsIn(entitiesOf(operation))) {
    const wanted = needs.get(`${fetch.serviceName} ${type}.${field.name.value}`) ?? [];
    let part = parts.find(({ paths }) => wanted.every((path) => (paths.get(realPath(path)) ?? path) === path));
    if (!part) {
      part = { paths: new Map(), fields: new Set() };
      parts.push(part);
    }
    for (const path of wanted) part.paths.set(realPath(path), path);
    part.fields.add(field);
  }
  return parts.map(({ paths, fields }) => {
    const own = new Set(paths.values());
    const isOthers = (path: string) => required.has(path) && !own.has(path);
    return { ...withFields(fetch, operation, fields), requires: withoutPaths(requires, isOthers) };
  });
}

/** The fetch with these fields of its entities only, and the variables that they use. */
function withFields(fetch: FetchNode, operation: OperationDefinitionNode, fields: ReadonlySet<FieldNode>): FetchNode {
  const kept = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((each): SelectionNode[] => {
      if (each.kind !== Kind.INLINE_FRAGMENT) return each.kind === Kind.FIELD && fields.has(each) ? [each] : [];
      const selectionSet = kept(each.selectionSet);
      return selectionSet.selections.length > 0 ? [{ ...each, selectionSet }] : [];
    }),
  });
  const entities = entitiesOf(operation);
  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: [{ ...entities, ...(entities.selectionSet && { selectionSet: kept(entities.selectionSet) }) }],
  };
  const used = variablesIn(selectionSet);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
  const { variableUsages, contextRewrites } = fetch;
  const contexts = contextRewrites?.filter(({ renameKeyTo }) => used.has(renameKeyTo));
  return {
    ...fetch,
    operation: stripIgnoredCharacters(
      print({ ...operation, ...(variableDefinitions && { variableDefinitions }), selectionSet }),
    ),
    ...(variableUsages && { variableUsages: variableUsages.filter((name) => used.has(name)) }),
    ...(contexts && { contextRewrites: contexts }),
  };
}

function entitiesOf({ selectionSet }: OperationDefinitionNode): FieldNode {
  const [entities] = selectionSet.selections;
  if (entities?.kind !== Kind.FIELD) throw new Error('an entity fetch without _entities');
  return entities;
}

function fieldsIn({ selectionSet }: FieldNode | InlineFragmentNode, type = ''): { field: FieldNode; type: string }[] {
  return (selectionSet?.selections ?? []).flatMap((each) => {
    if (each.kind === Kind.FIELD) return [{ field: each, type }];
    return each.kind === Kind.INLINE_FRAGMENT ? fieldsIn(each, each.typeCondition?.name.value ?? type) : [];
  });
}

/** The operation of a fetch, with its fragments written out. */
function withoutFragments(text: string): OperationDefinitionNode {
  const { definitions } = parse(text, { noLocation: true });
  const written = (node: OperationDefinitionNode | InlineFragmentNode): typeof node =>
    visit(node, {
      FragmentSpread({ name, directives }): InlineFragmentNode | undefined {
        const fragment = definitions.find(
          (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name.value,
        );
        if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return undefined;
        const { typeCondition, selectionSet } = fragment;
        const inline = { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, ...(directives && { directives }) };
        return written(inline as InlineFragmentNode) as InlineFragmentNode;
      },
    });
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a fetch without an operation');
  return written(operation) as OperationDefinitionNode;
}

function variablesIn(node: ASTNode): Set<string> {
  const names = new Set<string>();
  visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
