import { DateTime, OnlyFor } from '@leadgraph/kit';
import { Field, ID, ObjectType } from 'type-graphql';
import { ContactChannelEnum } from './enums.js';

@OnlyFor('OPERATOR')
@ObjectType({
  description: 'A phone number or an email address (kept as a keyed hash) that must not be contacted any more.',
})
export class Suppression {
  @Field(() => ID)
  id: string;

  @Field(() => ContactChannelEnum)
  channel: string;

  @Field(() => String)
  reason: string;

  @Field(() => DateTime)
  createdAt: Date;
}
