import { ServiceHealth, serviceHealth, storeCheck } from '@leadgraph/kit';
import { Ctx, Directive, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import type { PaymentsContext } from './paymentsContext.js';

@ObjectType({ description: 'How the services are doing; each adds its own field.' })
export class Health {}

@Resolver(() => Health)
export class HealthResolver {
  @Directive('@shareable')
  @Query(() => Health)
  health(): Health {
    return {};
  }

  @FieldResolver(() => ServiceHealth)
  payments(@Ctx() context: PaymentsContext): Promise<ServiceHealth> {
    return serviceHealth(storeCheck(context.db));
  }
}
