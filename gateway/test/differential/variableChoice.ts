import {
  astFromValue,
  type ConstValueNode,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isSpecifiedScalarType,
  Kind,
  parseType,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
} from 'graphql';
import type { Choice } from './choice.js';

const TEXTS = ['', 'a', 'Ünï "quoted" \\ back\nline', '🦉 owl', '\u2028', 'x'.repeat(300)];

/** Values for arguments, some of them by way of variables: given, left to their defaults, left out, or null. */
export class VariableChoice {
  readonly definitions: VariableDefinitionNode[] = [];
  private readonly values: Record<string, unknown> = {};
  private readonly conditions: { readonly node: VariableNode }[] = [];

  constructor(
    private readonly choice: Choice,
    private readonly pools: Readonly<Record<string, readonly unknown[]>>,
  ) {}

  /** The values of the variables that are left after unused ones were taken out of the operation. */
  given(used: ReadonlySet<string>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.values).filter(([name]) => used.has(name)));
  }

  /** A value for an argument or input field, literal or by variable. */
  value(type: GraphQLInputType, argument: string, hasDefault: boolean): ValueNode {
    const { choice } = this;
    if (choice.chance(0.5)) return this.variable(type, argument, hasDefault);
    if (isNonNullType(type)) return this.value(type.ofType, argument, true);
    if (!hasDefault && choice.chance(0.1)) return { kind: Kind.NULL };
    if (isListType(type) && choice.chance(0.8)) {
      const { ofType } = type;
      const length = choice.integer(0, 2);
      return { kind: Kind.LIST, values: Array.from({ length }, () => this.value(ofType, argument, true)) };
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || choice.chance(0.5),
      );
      return {
        kind: Kind.OBJECT,
        fields: fields.map((field) => ({
          kind: Kind.OBJECT_FIELD,
          name: { kind: Kind.NAME, value: field.name },
          value: this.value(field.type, field.name, isNonNullType(field.type) || field.defaultValue !== undefined),
        })),
      };
    }
    return literal(this.plain(type, argument), type);
  }

  /** A value for `@skip` or `@include`; most keep the field. */
  condition(keeps: boolean): ValueNode {
    const { choice } = this;
    if (choice.chance(0.3)) return { kind: Kind.BOOLEAN, value: choice.chance(0.8) === keeps };
    if (this.conditions.length > 0 && choice.chance(0.6)) return choice.of(this.conditions).node;
    const name = `if${this.conditions.length}`;
    const node: VariableNode = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
    this.conditions.push({ node });
    const hasDefault = choice.chance(0.4);
    this.definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: node,
      type: parseType(hasDefault && choice.chance(0.5) ? 'Boolean' : 'Boolean!') as VariableDefinitionNode['type'],
      ...(hasDefault && { defaultValue: { kind: Kind.BOOLEAN, value: choice.chance(0.5) } }),
    });
    if (!hasDefault || choice.chance(0.3)) this.values[name] = choice.chance(0.5);
    return node;
  }

  private variable(type: GraphQLInputType, argument: string, hasDefault: boolean): ValueNode {
    const { choice } = this;
    const name = `v${this.definitions.length}_${argument}`;
    const variable: VariableNode = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
    const isRequired = isNonNullType(type);
    const defaultValue = choice.chance(0.3) ? literal(this.plain(type, argument), type) : undefined;
    // A default lets a nullable variable stand where null may not.
    const asNullable = isRequired && defaultValue && choice.chance(0.5);
    const asRequired = !isRequired && choice.chance(0.2);
    const own = asNullable ? String(getNullableType(type)) : asRequired ? `${type}!` : String(type);
    this.definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable,
      type: parseType(own),
      ...(defaultValue && { defaultValue: defaultValue as ConstValueNode }),
    });
    if (choice.chance(0.25) && (defaultValue || !own.endsWith('!'))) return variable; // left out
    const mayBeNull = !isRequired && !asRequired && !hasDefault;
    this.values[name] = mayBeNull && choice.chance(0.15) ? null : this.plain(type, argument);
    return variable;
  }

  /** A value as JSON. */
  private plain(type: GraphQLInputType, argument: string): unknown {
    const { choice } = this;
    if (isNonNullType(type)) return this.plain(type.ofType, argument);
    if (isListType(type)) {
      const { ofType } = type;
      return Array.from({ length: choice.integer(0, 2) }, () => this.plain(ofType, argument));
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || choice.chance(0.5),
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.plain(field.type, field.name)]));
    }
    const pool = this.pools[argument] ?? this.pools[type.name];
    if (pool) return choice.of(pool);
    if (isEnumType(type)) return choice.of(type.getValues()).name;
    switch (type.name) {
      case 'Int':
        return choice.integer(-2, 5);
      case 'Float':
        return choice.of([0, -1.5, 2.25, 1e21]);
      case 'Boolean':
        return choice.chance(0.5);
      case 'ID':
        return choice.of(['1', '2', '3']);
      default:
        return choice.of(TEXTS);
    }
  }
}

function literal(value: unknown, type: GraphQLInputType): ValueNode {
  if (value === null || value === undefined) return { kind: Kind.NULL };
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (isListType(type))
    return Array.isArray(value)
      ? { kind: Kind.LIST, values: value.map((item) => literal(item, type.ofType)) }
      : literal(value, type.ofType);
  if (isInputObjectType(type)) {
    return {
      kind: Kind.OBJECT,
      fields: Object.entries(value).flatMap(([name, own]) => {
        const field = type.getFields()[name];
        return field
          ? [
              {
                kind: Kind.OBJECT_FIELD as const,
                name: { kind: Kind.NAME as const, value: name },
                value: literal(own, field.type),
              },
            ]
          : [];
      }),
    };
  }
  if (isEnumType(type)) return { kind: Kind.ENUM, value: String(value) };
  return isSpecifiedScalarType(type) ? (astFromValue(value, type) ?? { kind: Kind.NULL }) : scalarLiteral(value);
}

/** The literal of a custom scalar's value. */
function scalarLiteral(value: unknown): ValueNode {
  if (value === null) return { kind: Kind.NULL };
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(scalarLiteral) };
  switch (typeof value) {
    case 'object':
      return {
        kind: Kind.OBJECT,
        fields: Object.entries(value).map(([name, own]) => ({
          kind: Kind.OBJECT_FIELD,
          name: { kind: Kind.NAME, value: name },
          value: scalarLiteral(own),
        })),
      };
    case 'boolean':
      return { kind: Kind.BOOLEAN, value };
    case 'number':
      return Number.isInteger(value)
        ? { kind: Kind.INT, value: String(value) }
        : { kind: Kind.FLOAT, value: String(value) };
    default:
      return { kind: Kind.STRING, value: String(value) };
  }
}
