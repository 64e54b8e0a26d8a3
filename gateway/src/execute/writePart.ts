import type { GraphQLFormattedError } from 'graphql';
import type { CompiledOperation, CompiledVariant, ResponsePart } from '../compile/compileOperation.js';
import type { Position } from '../compile/responsePath.js';
import { completionErrors } from './completionErrors.js';
import type { Execution } from './execution.js';

/** Writes a part of the response from the value at its place, with the errors of the execution and those that writing brings to light. */
export function writePart(
  part: ResponsePart,
  value: unknown,
  at: Position,
  execution: Execution,
  operation: CompiledOperation,
  introspect?: CompiledVariant['introspect'],
): { json: string | undefined; errors: readonly GraphQLFormattedError[] } {
  const { plain, aliased } = execution.facts;
  const { json, faulty } = part.write(value, { plain, aliased, introspection: introspect?.(execution.variables) });
  if (!faulty) return { json, errors: execution.errors };
  const found = completionErrors(value, part, at, execution.errors, operation.clientNames);
  return { json, errors: [...execution.errors, ...found] };
}
