/** What is known of one object. Fields that are no plain data stand in the world's `fields`. */
// biome-ignore lint/suspicious/noExplicitAny: data of fixtures
export type Values = Record<string, any>;

/** What a field function may look at besides its object. */
export interface Surroundings {
  /** The first object of the type that has these values; null where there is none. */
  find(typename: string, values: Values): Values | null;
  all(typename: string): readonly Values[];
  /** What mutations change; fresh for every execution. */
  readonly state: Values;
}

export type FieldFunction = (object: Values, args: Values, surroundings: Surroundings) => unknown;

/**
 * The data behind a supergraph, said once: the subgraphs answer from it what they know of it, the reference execution answers all of it.
 * An object that stands in `objects` is referred to by `ref`; everything else is written where it is.
 */
export interface World {
  readonly objects?: Readonly<Record<string, readonly Values[]>>;
  /** By `Type.field`. In a subgraph the object has only the values that this subgraph owns or was sent in the representation. */
  readonly fields?: Readonly<Record<string, FieldFunction>>;
  /** For the reference, by `Type.field`: what `@requires` selects where that is more than fields without arguments. */
  readonly required?: Readonly<Record<string, (object: Values, surroundings: Surroundings) => Values>>;
  /** For the reference, by `Type.field`: the arguments that `@fromContext` sets, from the nearest object of the types above. */
  readonly contextual?: Readonly<Record<string, (above: (...typenames: string[]) => Values) => Values>>;
  readonly initialState?: () => Values;
}

/** Refers to an object of the world by values that only it has; an object that is not there has these values and no others. */
export function ref(typename: string, values: Values): Values {
  return { __typename: typename, ...values };
}

/** A value that makes its field fail. */
export class Fault {
  constructor(readonly message: string) {}
}
