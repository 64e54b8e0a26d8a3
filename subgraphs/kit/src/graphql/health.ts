import { Directive, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { DataSource } from 'typeorm';
import { ListSize } from './costs.js';

export enum HealthStatus {
  OK = 'OK',
  DEGRADED = 'DEGRADED',
}
registerEnumType(HealthStatus, {
  name: 'HealthStatus',
  description: 'DEGRADED: it answers, but something it needs does not.',
});

@Directive('@shareable')
@ObjectType({ description: 'How one service is doing.' })
export class ServiceHealth {
  @Field(() => HealthStatus)
  status: HealthStatus;

  @Field(() => Int, { description: 'Seconds since the process started.' })
  uptimeSeconds: number;

  @ListSize(5)
  @Field(() => [String], { description: 'What does not answer at the moment; empty when all is well.' })
  failing: string[];
}

/** Looks at what the service needs and says how it is. */
export async function serviceHealth(checks: Record<string, () => Promise<unknown>>): Promise<ServiceHealth> {
  const failing: string[] = [];
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      await check().catch(() => failing.push(name));
    }),
  );
  return {
    status: failing.length === 0 ? HealthStatus.OK : HealthStatus.DEGRADED,
    uptimeSeconds: Math.floor(process.uptime()),
    failing: failing.sort(),
  };
}

/** The check every subgraph has: its store answers. */
export function storeCheck(db: DataSource): Record<string, () => Promise<unknown>> {
  return { store: () => db.query('SELECT 1') };
}
