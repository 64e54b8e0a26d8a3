import { OnlyFor } from '@leadgraph/kit';
import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LineEnum, PoolStrategyEnum } from '../graphql/enums.js';
import type { PoolWeights } from '../routing/rankCandidates.js';
import type { Line, PoolStrategy } from '../routing/vocabulary.js';

@OnlyFor('OPERATOR', 'FRONTEND')
@ObjectType({ description: 'How the leads of a line in a state are shared out.' })
@Entity('pool')
export class Pool {
  @Field(() => LineEnum)
  @PrimaryColumn('text')
  line: Line;

  @Field(() => String)
  @PrimaryColumn('char', { length: 2 })
  state: string;

  @Field(() => PoolStrategyEnum)
  @Column('text')
  strategy: PoolStrategy;

  @Column('jsonb')
  weights: PoolWeights;

  @Column('int')
  version: number;
}
