import type { GraphQLFormattedError } from 'graphql';
import type { CompiledVariant, ResponsePart } from '../compile/compileVariant.js';
import type { JsonOutput } from '../compile/jsonOutput.js';
import type { Position } from '../compile/responsePath.js';
import type { Operation } from '../operation/operation.js';
import { completionErrors } from './completionErrors.js';
import type { Execution } from './execution.js';

export interface WrittenPart {
  /** To be taken before anything else is written; undefined when a null went all the way up. */
  readonly json: JsonOutput | undefined;
  readonly errors: readonly GraphQLFormattedError[];
  /** Where a null stands in the place of data: see `completionErrors`. */
  readonly nulled: readonly Position[];
}

const NOWHERE: readonly Position[] = [];

/** Writes a part of the response from the value at its place, with the errors of the execution and those that writing brings to light. */
export function writePart(
  part: ResponsePart,
  value: unknown,
  at: Position,
  execution: Execution,
  operation: Operation,
  introspect?: CompiledVariant['introspect'],
): WrittenPart {
  const { plain, aliased } = execution.facts;
  const { json, faulty } = part.write(value, { plain, aliased, introspection: introspect?.(execution.variables) });
  if (!faulty) return { json, errors: execution.errors, nulled: NOWHERE };
  // What has been cut explains its own nulls only.
  const { cut } = part.selection;
  const known = cut ? execution.errors.filter((error) => !cut.errors.includes(error)) : execution.errors;
  const { errors, nulled } = completionErrors(value, part, at, known, operation.clientNames);
  return { json, errors: [...execution.errors, ...errors], nulled };
}
