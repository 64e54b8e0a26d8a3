import { CachedWithin, DateTime, OnlyFor } from '@leadgraph/kit';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { NotificationChannelEnum, NotificationStatusEnum } from '../graphql/enums.js';

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType({ description: 'A message to an agent, on its way or sent.' })
@Entity('notification')
export class Notification {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Column('uuid', { name: 'offer_id' })
  offerId: string;

  @Field(() => NotificationChannelEnum)
  @Column('text')
  channel: 'EMAIL' | 'SMS';

  @Field(() => String)
  @Column('text')
  template: string;

  @Field(() => NotificationStatusEnum)
  @Column('text')
  status: 'QUEUED' | 'SENT' | 'DELIVERED' | 'FAILED' | 'DEAD';

  @Field(() => Int)
  @Column('int')
  attempts: number;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
