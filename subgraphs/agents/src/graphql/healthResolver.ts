import { ServiceHealth, serviceHealth, storeCheck } from '@leadgraph/kit';
import { Ctx, Directive, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import type { AgentsContext } from './agentsContext.js';

@ObjectType({ description: 'How the services are doing; each adds its own field.' })
export class Health {
  @Field(() => ServiceHealth)
  agents: ServiceHealth;
}

@Resolver(() => Health)
export class HealthResolver {
  @Directive('@shareable')
  @Query(() => Health)
  health(): object {
    return {};
  }

  @FieldResolver(() => ServiceHealth)
  agents(@Ctx() { db }: AgentsContext): Promise<ServiceHealth> {
    return serviceHealth(storeCheck(db));
  }
}
