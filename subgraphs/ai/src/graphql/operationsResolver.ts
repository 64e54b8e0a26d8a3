import { OnlyFor, SafeInt, ServiceHealth, serviceHealth, storeCheck } from '@leadgraph/kit';
import { Ctx, Directive, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { budgetDay, readBudget } from '../store/budget.js';
import type { AiContext } from './aiContext.js';

@ObjectType({ description: 'How the services are doing; each adds its own field.' })
export class Health {
  @Field(() => ServiceHealth)
  ai: ServiceHealth;
}

@OnlyFor('OPERATOR')
@ObjectType({ description: 'What may be spent on the model in a day (UTC), in millionths of a US dollar.' })
export class QualificationBudget {
  @Field(() => String, { description: 'YYYY-MM-DD.' })
  day: string;

  @Field(() => SafeInt)
  limitMicros: number;

  @Field(() => SafeInt)
  spentMicros: number;

  @Field(() => Int, { description: 'Model calls of the day.' })
  calls: number;
}

@Resolver()
export class OperationsResolver {
  @Directive('@shareable')
  @Query(() => Health)
  async health(@Ctx() { db, model }: AiContext): Promise<Health> {
    const modelCheck = async () => {
      if (model && !model.isAvailable()) throw new Error('the circuit is open');
    };
    return { ai: await serviceHealth({ ...storeCheck(db), model: modelCheck }) };
  }

  @OnlyFor('OPERATOR')
  @Query(() => QualificationBudget, { description: "Today's spending on the model, for operators." })
  async qualificationBudget(@Ctx() { stale, clock, dailyBudgetMicros }: AiContext): Promise<QualificationBudget> {
    // What is shown may be a moment old: whether a call may be made is decided where it is booked (store/budget.ts).
    const spent = await stale.read((db) => readBudget(db.manager, budgetDay(clock.now())));
    return { ...spent, limitMicros: dailyBudgetMicros };
  }
}
