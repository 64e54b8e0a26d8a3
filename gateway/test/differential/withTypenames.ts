import { Kind, parse, print, type SelectionSetNode, visit } from 'graphql';
import type { OperationRequest } from './outcome.js';

/** The operation with `__typename` asked for everywhere. */
export function withTypenames({ query, variables }: OperationRequest): OperationRequest {
  const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
  const asked = visit(parse(query), {
    SelectionSet: { leave: (set): SelectionSetNode => ({ ...set, selections: [typename, ...set.selections] }) },
  });
  return { query: print(asked), variables };
}
