import { ArgsType, type ClassType, Directive, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CachedWithin } from './cacheControl.js';

export const LARGEST_PAGE = 100;
export const DEFAULT_PAGE = 20;

export enum TotalRelation {
  EQ = 'EQ',
  GTE = 'GTE',
}
registerEnumType(TotalRelation, {
  name: 'TotalRelation',
  description: 'Whether a total is exact (EQ) or a lower bound (GTE).',
});

export enum SortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(SortDirection, { name: 'SortDirection' });

@Directive('@shareable')
@CachedWithin()
@ObjectType({ description: 'Where a page of a list begins and ends.' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => Boolean)
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  startCursor: string | null;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

@Directive('@shareable')
@CachedWithin()
@ObjectType({ description: 'How many entries a list has, counted up to 10,000.' })
export class TotalCount {
  @Field(() => Int)
  value: number;

  @Field(() => TotalRelation)
  relation: TotalRelation;
}

/** Forward paging. A page larger than the limit is refused when the page is read (PAGE_TOO_LARGE), so that the code is the list's own. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE, description: `How many entries, 1 to ${LARGEST_PAGE}.` })
  first: number;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins.' })
  after?: string | null;
}

/** One page of rows with their cursors, and how to count the whole list if somebody asks. */
export interface Page<T> {
  edges: { node: T; cursor: string }[];
  pageInfo: PageInfo;
  countTotal: () => Promise<TotalCount>;
}

/**
 * Makes the Relay types `<name>Connection` and `<name>Edge` for a node class. A resolver returns a `Page` (see `keysetPage`); the total is counted
 * only when it is selected.
 */
export function connectionOf<T extends object>(
  name: string,
  node: ClassType<T> | (() => ClassType<T>),
): ClassType<Page<T>> {
  const nodeType = () => (node.prototype ? node : (node as () => ClassType<T>)()) as ClassType<T>;

  @CachedWithin()
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(nodeType)
    node: T;

    @Field(() => String)
    cursor: string;
  }

  @CachedWithin()
  @ObjectType(`${name}Connection`)
  class Connection {
    @Field(() => [Edge])
    edges: Edge[];

    @Field(() => PageInfo)
    pageInfo: PageInfo;

    countTotal: () => Promise<TotalCount>;

    // Counted up to 10,000: far more than reading a row.
    @Directive('@cost(weight: 10)')
    @Field(() => TotalCount)
    totalCount(): Promise<TotalCount> {
      return this.countTotal();
    }
  }
  return Connection as unknown as ClassType<Page<T>>;
}
