import { Cached, DateTime, ListSize, OnlyFor, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AgentStatusEnum, AvailabilityEnum } from '../graphql/enums.js';
import type { AgentStatus, Availability } from '../routing/vocabulary.js';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'A licensed insurance agent who buys leads.' })
@Entity('agent')
export class Agent {
  @Cached({ scope: 'PUBLIC' })
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Cached({ scope: 'PUBLIC' })
  @Field(() => String, { description: 'National Producer Number.' })
  @Column('text')
  npn: string;

  @Cached({ scope: 'PUBLIC' })
  @Field(() => String)
  @Column('text')
  name: string;

  /** Shown by a field resolver: not everybody may see it. */
  @Column('text')
  email: string;

  @Column('text')
  phone: string;

  @Column('uuid', { name: 'agency_id' })
  agencyId: string;

  @Cached({ scope: 'PUBLIC' })
  @ListSize(5)
  @Field(() => [String], { description: 'Insurers that the agent sells for; a lead insured there is not offered.' })
  @Column('text', { array: true })
  carriers: string[];

  @Cached({ scope: 'PUBLIC' })
  @Field(() => String, { description: 'IANA. Schedules and caps follow its clock.' })
  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Cached({ scope: 'PUBLIC' })
  @Field(() => AgentStatusEnum)
  @Column('text')
  status: AgentStatus;

  @Cached({ scope: 'PUBLIC' })
  @Field(() => AvailabilityEnum)
  @Column('text')
  availability: Availability;

  @Column('int')
  version: number;

  @Cached({ scope: 'PUBLIC' })
  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
