import { type FieldNode, type GraphQLField, Kind, type ValueNode } from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';
import type { ListSize } from './costDirectives.js';
import { type CostContext, type CostTerm, type Variables, variableValue } from './costTerm.js';

/** The value that an argument has in a request; undefined where it has none. */
type Read = (variables: Variables) => unknown;

/**
 * The size of a list by `@listSize`: the largest of the slicing arguments that are given (their defaults in the schema count), else the assumed size; undefined when nothing is known of it. Where exactly one is required, another number of them throws
 * SLICING_ARGUMENT_REQUIRED when the cost is estimated.
 */
export function sizeFromArguments(
  { assumedSize, slicingArguments, requireOneSlicingArgument }: ListSize,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  context: CostContext,
): CostTerm | undefined {
  if (slicingArguments.length === 0) return assumedSize;
  const reads = slicingArguments.map((path) => readOf(path, node, field, context));
  const isConstant = reads.every(({ constant }) => constant);
  const sizeFor = (variables: Variables): number | undefined => {
    let size: number | undefined;
    let given = 0;
    for (const { read } of reads) {
      const value = read(variables);
      if (typeof value !== 'number') continue;
      given += 1;
      size = Math.max(size ?? 0, value);
    }
    if (requireOneSlicingArgument && given !== 1) throw oneRequired(field.name, slicingArguments);
    return size ?? assumedSize;
  };
  if (isConstant) {
    const required = requireOneSlicingArgument && reads.filter(({ read }) => typeof read({}) === 'number').length !== 1;
    return required ? () => sizeFor({}) ?? 0 : sizeFor({});
  }
  return (variables) => sizeFor(variables) ?? context.listSize;
}

/** How the argument at a path such as `page.first` is found. */
function readOf(
  path: string,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  context: CostContext,
): { readonly read: Read; readonly constant: boolean } {
  const [name = '', ...inner] = path.split('.');
  const fallback = field.args.find((each) => each.name === name)?.defaultValue;
  let value: ValueNode | undefined = node.arguments?.find((each) => each.name.value === name)?.value;
  let rest = inner;
  while (value?.kind === Kind.OBJECT && rest.length > 0) {
    const [next] = rest;
    value = value.fields.find((each) => each.name.value === next)?.value;
    rest = rest.slice(1);
  }
  if (value?.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    const below = rest;
    return {
      constant: false,
      read: (variables) => at(variableValue(variable, variables, context) ?? fallbackAt(), below),
    };
  }
  const constant = value?.kind === Kind.INT && rest.length === 0 ? Number(value.value) : at(fallback, inner);
  return { constant: true, read: () => constant };

  /** The default stands for what an argument as a whole is not given. */
  function fallbackAt(): unknown {
    return at(fallback, inner.slice(0, inner.length - rest.length));
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function oneRequired(field: string, names: readonly string[]): RequestRefused {
  return new RequestRefused(
    'SLICING_ARGUMENT_REQUIRED',
    `Give the field "${field}" exactly one of these arguments, which bound its list: ${names.join(', ')}.`,
  );
}
