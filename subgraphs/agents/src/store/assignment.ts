import { Cached, DateTime, OnlyFor, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AssignmentStatusEnum } from '../graphql/enums.js';
import type { AssignmentStatus } from '../offers/assignmentStatus.js';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'A lead that an agent bought, and what became of it.' })
@Entity('assignment')
export class Assignment {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'offer_id' })
  offerId: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Field(() => AssignmentStatusEnum)
  @Column('text')
  status: AssignmentStatus;

  @Field(() => String, { nullable: true, description: 'Why it was LOST or RETURNED.' })
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('int')
  version: number;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
