import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Entities of other subgraphs that agents adds fields to or points at. Only the key is known here. */
@Directive('@key(fields: "id")')
@ObjectType()
export class Lead {
  @Field(() => ID)
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class Quote {
  @Field(() => ID)
  id: string;
}
