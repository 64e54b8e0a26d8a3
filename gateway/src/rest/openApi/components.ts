import {
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { type JsonSchema, scalarSchema } from '../scalarSchemas.js';

/** Schemas that several places of a document use: enums and input objects, under the names of their types. */
export class Components {
  private readonly byName = new Map<string, JsonSchema>();
  private readonly responsesByName = new Map<string, JsonSchema>();

  /** All that were referred to, by name. */
  get schemas(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.byName].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** The responses that were referred to, by name. */
  get responses(): Record<string, JsonSchema> {
    return Object.fromEntries(this.responsesByName);
  }

  /** Refers to a response by this name, with a number behind it where another one has it already. */
  response(name: string, response: JsonSchema): JsonSchema {
    const text = JSON.stringify(response);
    let free = name;
    for (let number = 2; ; number += 1) {
      const taken = this.responsesByName.get(free);
      if (!taken || JSON.stringify(taken) === text) break;
      free = `${name}_${number}`;
    }
    this.responsesByName.set(free, response);
    return { $ref: `#/components/responses/${free}` };
  }

  /** The schema of what a client may send for a type. */
  ofInput(type: GraphQLInputType): JsonSchema {
    if (isNonNullType(type)) return this.ofInputNotNull(type.ofType);
    return nullable(this.ofInputNotNull(type));
  }

  /** The same without null. */
  ofInputNotNull(type: GraphQLInputType): JsonSchema {
    if (isNonNullType(type)) return this.ofInputNotNull(type.ofType);
    if (isListType(type)) return { type: 'array', items: this.ofInput(type.ofType) };
    return isInputObjectType(type) ? this.ofInputObject(type) : this.ofLeaf(type);
  }

  /** The schema of a scalar or an enum, without null. */
  ofLeaf(type: GraphQLScalarType | GraphQLEnumType): JsonSchema {
    if (isEnumType(type)) return this.refer(type.name, () => enumSchema(type));
    const schema = scalarSchema(type.name);
    if (Object.keys(schema).length > 0 || !type.description) return schema;
    return { description: type.description };
  }

  private ofInputObject(type: GraphQLInputObjectType): JsonSchema {
    return this.refer(type.name, () => {
      const fields = Object.values(type.getFields());
      const required = fields.filter(isRequired).map(({ name }) => name);
      return {
        type: 'object',
        ...described(type.description),
        properties: Object.fromEntries(fields.map((field) => [field.name, this.ofField(field, type.isOneOf)])),
        ...(required.length > 0 && { required }),
        ...(type.isOneOf && { minProperties: 1, maxProperties: 1 }),
        additionalProperties: false,
      };
    });
  }

  private ofField({ type, description, defaultValue }: GraphQLInputField, isOneOf: boolean): JsonSchema {
    return {
      ...(isOneOf ? this.ofInputNotNull(type) : this.ofInput(type)),
      ...described(description),
      ...(defaultValue !== undefined && { default: defaultValue }),
    };
  }

  private refer(name: string, make: () => JsonSchema): JsonSchema {
    if (!this.byName.has(name)) {
      // Before it is made: it may refer to itself.
      this.byName.set(name, {});
      this.byName.set(name, make());
    }
    return { $ref: `#/components/schemas/${name}` };
  }
}

function isRequired({ type, defaultValue }: GraphQLInputField): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

function enumSchema(type: GraphQLEnumType): JsonSchema {
  const values = type.getValues();
  const lines = values
    .filter(({ description }) => description)
    .map((each) => `- \`${each.name}\`: ${each.description}`);
  const description = [type.description, lines.join('\n')].filter(Boolean).join('\n\n');
  return { type: 'string', ...described(description), enum: values.map(({ name }) => name) };
}

/** The schema of the same or null. */
export function nullable(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).every((keyword) => keyword === 'description')) return schema;
  const { type, description, ...rest } = schema;
  if (typeof type === 'string') {
    return { type: [type, 'null'], ...described(description), ...rest };
  }
  if (Array.isArray(type)) return type.includes('null') ? schema : { ...schema, type: [...type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

/** The description of a schema or a parameter, where there is one. */
export function described(description: unknown): { description?: string } {
  return typeof description === 'string' && description !== '' ? { description } : {};
}
