import fc, { type GeneratorValue } from 'fast-check';
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  Kind,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { Choice } from './choice.js';
import type { OperationRequest } from './outcome.js';
import { tidyOperation } from './tidyOperation.js';
import { VariableChoice } from './variableChoice.js';

export interface OperationOptions {
  readonly depth: number;
  /** What arguments are given: by the name of the argument, else by its type. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
}

/** Operations that are valid in the schema: walks through it, with what executors stumble over. */
export function arbitraryOperation(schema: GraphQLSchema, options: OperationOptions): fc.Arbitrary<OperationRequest> {
  return fc.gen().map((gen: GeneratorValue) => generate(schema, options, new Choice(gen)));
}

function generate(schema: GraphQLSchema, options: OperationOptions, choice: Choice): OperationRequest {
  const walk = new Walk(schema, options, choice);
  const mutation = schema.getMutationType();
  const root = mutation && choice.chance(0.25) ? mutation : schema.getQueryType();
  if (!root) throw new Error('a schema without queries');
  const selectionSet = walk.selectionSet(root, options.depth, new Map());
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: root === mutation ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY,
        name: choice.chance(0.7) ? { kind: Kind.NAME, value: 'Generated' } : undefined,
        variableDefinitions: walk.variables.definitions,
        selectionSet,
      },
      ...walk.fragments,
    ],
  };
  const { document: valid, variables } = tidyOperation(withoutFaults(schema, tidyOperation(document).document));
  return { query: print(valid), variables: walk.variables.given(variables) };
}

/** Takes out what does not validate: fields that cannot be merged, above all. */
function withoutFaults(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  let current = document;
  for (let round = 0; round < 20; round += 1) {
    const faults = validate(schema, current);
    if (faults.length === 0) return current;
    const faulty = new Set<unknown>(faults.flatMap(({ nodes = [] }) => nodes.slice(-1)));
    const taken = new Set<unknown>();
    visit(current, {
      enter(node, _key, _parent, _path, ancestors) {
        if (faulty.has(node))
          taken.add([...ancestors, node].findLast((each) => 'kind' in each && isSelection(each.kind)));
      },
    });
    current = tidyOperation(visit(current, { enter: (node) => (taken.has(node) ? null : undefined) })).document;
  }
  throw new Error(`no valid operation:\n${print(document)}\n${validate(schema, document).join('\n')}`);
}

function isSelection(kind: string): boolean {
  return kind === Kind.FIELD || kind === Kind.INLINE_FRAGMENT || kind === Kind.FRAGMENT_SPREAD;
}

/** Response name → the field that it stands for, so that most operations merge. */
type Names = Map<string, { readonly field: FieldNode; readonly names: Names }>;

class Walk {
  readonly fragments: FragmentDefinitionNode[] = [];
  readonly variables: VariableChoice;
  private fragmentNames = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly options: OperationOptions,
    private readonly choice: Choice,
  ) {
    this.variables = new VariableChoice(choice, options.values);
  }

  selectionSet(type: GraphQLCompositeType, depth: number, names: Names): SelectionSetNode {
    const selections: SelectionNode[] = [];
    const isRoot = depth === this.options.depth;
    const count = this.choice.integer(1, isRoot || depth <= 1 ? 3 : 5);
    for (let index = 0; index < count; index += 1) selections.push(...this.selection(type, depth, names));
    return { kind: Kind.SELECTION_SET, selections };
  }

  private selection(type: GraphQLCompositeType, depth: number, names: Names): SelectionNode[] {
    const { choice } = this;
    const isUnion = !('getFields' in type);
    if (choice.chance(0.1)) return [this.typename()];
    if (depth > 0 && choice.chance(isAbstractType(type) ? 0.45 : 0.15)) return [this.fragment(type, depth, names)];
    if (isUnion) return [choice.chance(0.3) ? this.typename() : this.fragment(type, depth, names)];
    if (depth === this.options.depth && type === this.schema.getQueryType() && choice.chance(0.05))
      return [this.introspection()];
    const again = [...names.values()];
    // A field that stands there already, with other fields below it.
    if (again.length > 0 && choice.chance(0.15)) {
      const { field, names: below } = choice.of(again);
      const definition = type.getFields()[field.name.value];
      if (definition) return [this.below(field, definition, depth, below)];
    }
    const fields = Object.values(type.getFields()).filter(
      ({ type: own }) => depth > 0 || !isCompositeType(getNamedType(own)),
    );
    if (fields.length === 0) return [this.typename()];
    // Types have more leaves than ways to other subgraphs.
    const onwards = depth > 1 ? fields.filter((each) => isCompositeType(getNamedType(each.type))) : [];
    const definition = choice.of(onwards.length > 0 && choice.chance(0.4) ? onwards : fields);
    return [this.field(definition, fields, depth, names)];
  }

  private field(
    definition: GraphQLField<unknown, unknown>,
    siblings: readonly GraphQLField<unknown, unknown>[],
    depth: number,
    names: Names,
  ): FieldNode {
    const { choice } = this;
    const field: FieldNode = {
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value: definition.name },
      arguments: this.arguments(definition),
    };
    const colliding = [...siblings.map(({ name }) => name), 'id', '_entities', 'a', 'b'];
    const alias = choice.chance(0.3) ? choice.of(colliding) : undefined;
    const taken = (name: string) => {
      const other = names.get(name);
      return other && JSON.stringify(other.field) !== JSON.stringify(field);
    };
    let responseName = alias ?? definition.name;
    for (let number = 1; taken(responseName); number += 1) responseName = `${definition.name}_${number}`;
    const named = responseName === definition.name ? field : { ...field, alias: name(responseName) };
    const known = names.get(responseName) ?? { field: named, names: new Map() };
    names.set(responseName, known);
    return this.below(named, definition, depth, known.names);
  }

  private below(field: FieldNode, { type }: GraphQLField<unknown, unknown>, depth: number, names: Names): FieldNode {
    const below = getNamedType(type);
    return {
      ...field,
      directives: this.conditions(),
      ...(isCompositeType(below) && { selectionSet: this.selectionSet(below, Math.max(depth - 1, 0), names) }),
    };
  }

  private arguments(definition: GraphQLField<unknown, unknown>): ArgumentNode[] {
    return definition.args
      .filter((argument) => isRequiredArgument(argument) || this.choice.chance(0.6))
      .map((argument) => ({
        kind: Kind.ARGUMENT,
        name: name(argument.name),
        value: this.variables.value(argument.type, argument.name, argument.defaultValue !== undefined),
      }));
  }

  private conditions(): DirectiveNode[] {
    return ['skip', 'include'].flatMap((directive): DirectiveNode[] => {
      if (!this.choice.chance(0.08)) return [];
      const value = this.variables.condition(directive === 'include');
      return [
        {
          kind: Kind.DIRECTIVE,
          name: name(directive),
          arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value }],
        },
      ];
    });
  }

  private fragment(type: GraphQLCompositeType, depth: number, names: Names): SelectionNode {
    const on = this.choice.of(this.overlapping(type));
    const directives = this.conditions();
    if (this.choice.chance(0.3)) {
      const known = this.fragments.filter(({ typeCondition }) => typeCondition.name.value === on.name);
      const again = known.length > 0 && this.choice.chance(0.3) ? this.choice.of(known) : undefined;
      const fragment = again ?? {
        kind: Kind.FRAGMENT_DEFINITION,
        name: name(`F${this.fragmentNames++}`),
        typeCondition: { kind: Kind.NAMED_TYPE, name: name(on.name) },
        selectionSet: this.selectionSet(on, Math.max(depth - 1, 0), names),
      };
      if (!again) this.fragments.push(fragment);
      return { kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives };
    }
    const bare = on === type && this.choice.chance(0.5);
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(!bare && { typeCondition: { kind: Kind.NAMED_TYPE, name: name(on.name) } }),
      directives,
      selectionSet: this.selectionSet(on, Math.max(depth - 1, 0), names),
    };
  }

  /** The types that a fragment can have in a place of this type. */
  private overlapping(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const { schema } = this;
    const possible = new Set(isAbstractType(type) ? schema.getPossibleTypes(type) : [type]);
    return Object.values(schema.getTypeMap()).filter((other): other is GraphQLCompositeType => {
      if (other.name.startsWith('__')) return false;
      if (isObjectType(other)) return possible.has(other);
      return isAbstractType(other) && schema.getPossibleTypes(other).some((each) => possible.has(each));
    });
  }

  private typename(): FieldNode {
    const alias = this.choice.chance(0.3) ? name(this.choice.of(['kind', 'type', 'id', '_typename'])) : undefined;
    return { kind: Kind.FIELD, name: name('__typename'), alias, directives: this.conditions() };
  }

  private introspection(): FieldNode {
    const types = Object.values(this.schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
    const leaf = (value: string): FieldNode => ({ kind: Kind.FIELD, name: name(value) });
    const set = (...selections: FieldNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections });
    return {
      kind: Kind.FIELD,
      name: name('__type'),
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: name('name'),
          value: { kind: Kind.STRING, value: this.choice.of(types).name },
        },
      ],
      selectionSet: set(leaf('kind'), leaf('name'), { ...leaf('fields'), selectionSet: set(leaf('name')) }),
    };
  }
}

function name(value: string) {
  return { kind: Kind.NAME, value } as const;
}
