import { ServiceHealth, serviceHealth, storeCheck } from '@leadgraph/kit';
import { Ctx, Directive, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import type { LeadsContext } from './context.js';

@ObjectType({ description: 'How the services are doing; each adds its own field.' })
export class Health {
  @Field(() => ServiceHealth)
  leads: ServiceHealth;
}

@Resolver(() => Health)
export class HealthResolver {
  @Directive('@shareable')
  @Query(() => Health)
  health(): object {
    return {};
  }

  @FieldResolver(() => ServiceHealth)
  leads(@Ctx() { db }: LeadsContext): Promise<ServiceHealth> {
    return serviceHealth(storeCheck(db));
  }
}
