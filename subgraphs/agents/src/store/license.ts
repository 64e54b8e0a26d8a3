import { CachedWithin, OnlyFor } from '@leadgraph/kit';
import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LicenseStatusEnum, LineOfAuthorityEnum } from '../graphql/enums.js';
import type { LicenseStatus, LineOfAuthority } from '../routing/vocabulary.js';

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType('AgentLicense', { description: "A state's permission to sell within a line of authority." })
@Entity('license')
export class License {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Field(() => String, { description: 'Two letters.' })
  @Column('char', { length: 2 })
  state: string;

  @Field(() => LineOfAuthorityEnum)
  @Column('text', { name: 'line_of_authority' })
  lineOfAuthority: LineOfAuthority;

  @Field(() => String)
  @Column('text')
  number: string;

  @Field(() => String, { description: 'First day, YYYY-MM-DD.' })
  @Column('date')
  effective: string;

  @Field(() => String, { description: 'Last day, YYYY-MM-DD.' })
  @Column('date')
  expires: string;

  @Field(() => LicenseStatusEnum)
  @Column('text')
  status: LicenseStatus;
}
