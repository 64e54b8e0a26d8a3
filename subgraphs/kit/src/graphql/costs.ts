import { Directive } from 'type-graphql';
import { DEFAULT_PAGE } from './connection.js';

type FieldDecorator = ReturnType<typeof Directive>;

/**
 * What a field weighs in the gateway's estimate, in place of 1 for an object and 0 for a leaf: for what takes a subgraph much more than reading a row. About 1 for each row that is read for it.
 */
export function Cost(weight: number): FieldDecorator {
  return Directive(`@cost(weight: ${weight})`);
}

/** A connection with `PageArgs`: its edges are as many as `first` says. */
export function PageSize(): FieldDecorator {
  return Directive(
    `@listSize(assumedSize: ${DEFAULT_PAGE}, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)`,
  );
}

/** A list: as many as `first` says where it has such an argument, else `assumed`, which is what most have at most, not the average. */
export function ListSize(assumed: number, argument?: 'first'): FieldDecorator {
  const slicing = argument ? `, slicingArguments: ["${argument}"], requireOneSlicingArgument: false` : '';
  return Directive(`@listSize(assumedSize: ${assumed}${slicing})`);
}
