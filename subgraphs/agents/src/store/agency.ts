import { Cached, DateTime, OnlyFor, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'A company that agents work for; what a consent names as a seller.' })
@Entity('agency')
export class Agency {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Field(() => String)
  @Column('text', { name: 'legal_name' })
  legalName: string;

  @Column('int')
  version: number;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
