import { type FieldNode, parse, print, visit } from 'graphql';
import type { OperationRequest } from './outcome.js';

/** The operation with a name of its own for every field, which no other field has and no plan: it asks for the same. */
export function withoutAliases({ query, variables }: OperationRequest): OperationRequest {
  const renamed = visit(parse(query), {
    Field: (field): FieldNode | undefined => {
      if (field.name.value.startsWith('__') && !field.alias) return undefined;
      const value = `own_${(field.alias ?? field.name).value}_${field.name.value}`;
      return { ...field, alias: { ...field.name, value } };
    },
  });
  return { query: print(renamed), variables };
}
