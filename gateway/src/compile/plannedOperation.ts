import {
  type ASTNode,
  BREAK,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import type { Cut } from '../rights/cutOperation.js';
import { collectFields } from './collectFields.js';
import { type ConditionValues, isDeferred, isIncluded } from './conditions.js';
import { spreadFragments } from './spreadFragments.js';

/** An operation for one set of values of its conditions, as it is planned and written. */
export interface PlannedOperation {
  readonly conditions: ConditionValues;
  readonly rootType: GraphQLObjectType;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What the planner gets; undefined where no subgraph has to be asked. */
  readonly text: string | undefined;
  readonly cut: Cut | undefined;
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
const DECIDING = new Set(['skip', 'include']);

/**
 * Decides the conditions of an operation before it is planned. Apollo's planner could plan for all their values at once, but then it leaves out an object all of whose
 * fields are left out, takes what a skipped field requires from its neighbours, and plans fetches that send nothing.
 */
export function plannedOperation(
  { document, definition: given, text, cut }: Pick<PreparedOperation, 'document' | 'definition' | 'text' | 'cut'>,
  conditions: ConditionValues,
  schema: GraphQLSchema,
): PlannedOperation {
  const rootType = schema.getRootType(given.operation);
  if (!rootType) throw new Error(`the schema has no ${given.operation} type`);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const context = { schema, fragments, conditions, withoutDeferred: false };
  const fields = collectFields([given.selectionSet], rootType, context);
  const definition = given.operation === OperationTypeNode.MUTATION ? inOrder(given, [...fields.values()]) : given;
  const planned = { conditions, rootType, definition, fragments, cut };
  if ([...fields.values()].every(([field]) => field?.name.value.startsWith('__')))
    return { ...planned, ...atOnce(definition, fragments), text: undefined };
  if (definition === given && !cut && !hasDirectives(document)) return { ...planned, text };
  // Only the fragments that are used: the planner would bring others in again where they fit, and change the order.
  const definitions = [definition, ...spreadFragments([definition], fragments)];
  const whole = decided({ ...document, definitions }, conditions);
  return { ...planned, text: print(cut ? withoutCut(whole, cut) : whole) };
}

/**
 * Leaves out what stands in the places of cut fields: no subgraph needs to be asked for it. Where something is deferred it stays, since from the plan it is known what each part sends: null in these places.
 */
function withoutCut(document: DocumentNode, cut: Cut): DocumentNode {
  if (hasDefer(document)) return document;
  return visit(document, {
    Field: ({ alias }) => (alias && cut.fields.has(alias.value) ? null : undefined),
    SelectionSet: { leave: filled },
  });
}

function filled(set: SelectionSetNode): SelectionSetNode | undefined {
  return set.selections.length === 0 ? { ...set, selections: [TYPENAME] } : undefined;
}

/** Without a plan there are no parts to be sent later: what is deferred is sent with the rest. */
function atOnce(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Pick<PlannedOperation, 'definition' | 'fragments'> {
  const withoutDefer = <T extends ASTNode>(node: T): T =>
    visit(node, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
  return {
    definition: withoutDefer(definition),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, withoutDefer(fragment)])),
  };
}

/**
 * A mutation with its root fields side by side, in the order in which they are executed (GraphQL 6.2.2): of fields that fragments bring, the planner changes the order.
 */
function inOrder(definition: OperationDefinitionNode, fields: readonly FieldNode[][]): OperationDefinitionNode {
  const selections = fields.flatMap(([first, ...others]): FieldNode[] => {
    if (!first) return [];
    const below = [first, ...others].flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
    const selectionSet: SelectionSetNode | undefined = first.selectionSet && {
      ...first.selectionSet,
      selections: below,
    };
    return [{ ...first, directives: withoutConditions(first.directives), ...(selectionSet && { selectionSet }) }];
  });
  return { ...definition, selectionSet: { ...definition.selectionSet, selections } };
}

function hasDirectives(document: DocumentNode): boolean {
  return hasDirective(document, () => true);
}

/** Whether something of a document is or may be deferred. */
export function hasDefer(document: DocumentNode): boolean {
  return hasDirective(document, (name) => name === 'defer');
}

function hasDirective(document: DocumentNode, wanted: (name: string) => boolean): boolean {
  let some = false;
  visit(document, {
    Directive({ name }) {
      if (!wanted(name.value)) return undefined;
      some = true;
      return BREAK;
    },
  });
  return some;
}

/** The document without what the conditions leave out, and without the conditions. */
function decided(document: DocumentNode, conditions: ConditionValues): DocumentNode {
  const selection = <T extends SelectionNode>(node: T): T | null | undefined => {
    if (!isIncluded(node, conditions)) return null;
    if (!node.directives?.length) return undefined;
    const deferred = isDeferred(node, conditions);
    const directives = withoutConditions(node.directives).flatMap((directive) =>
      directive.name.value !== 'defer' ? [directive] : deferred ? [withoutIf(directive)] : [],
    );
    return { ...node, directives };
  };
  return visit(document, {
    Field: { enter: selection },
    InlineFragment: { enter: selection },
    FragmentSpread: { enter: selection },
    SelectionSet: { leave: filled },
  });
}

function withoutConditions(directives: readonly DirectiveNode[] = []): DirectiveNode[] {
  return directives.filter(({ name }) => !DECIDING.has(name.value));
}

function withoutIf(directive: DirectiveNode): DirectiveNode {
  return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'if') ?? [] };
}
