import { z } from 'zod';

/** An entity whose fields changed, named so that caches can drop exactly it. `version` grows with each change the emitting subgraph makes. */
export const EntityRefSchema = z.strictObject({
  __typename: z.string().min(1),
  key: z.string().min(1),
  version: z.number().int().nonnegative(),
});
export type EntityRef = z.infer<typeof EntityRefSchema>;

/** Who caused the change: a caller's identity, or `SYSTEM` for sweepers and consumers. Never carries personal data. */
export const ActorSchema = z.strictObject({
  kind: z.enum(['OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER', 'ANONYMOUS', 'SYSTEM']),
  sub: z.string(),
});
export type Actor = z.infer<typeof ActorSchema>;

/** The envelope of every event on NATS. `id` is the outbox row's id and the JetStream message id. */
export const MessageSchema = z.strictObject({
  id: z.uuid(),
  type: z.string().regex(/^[a-z]+\.[a-z_]+\.[a-z_]+$/),
  schemaVersion: z.number().int().positive(),
  occurredAt: z.iso.datetime(),
  /** What happened, in one word for subscribers, where the last part of the type does not say it plainly: `TAKEN` of an `agents.offer.cancelled`. */
  kind: z
    .string()
    .regex(/^[A-Z]+(_[A-Z]+)*$/)
    .optional(),
  entities: z.array(EntityRefSchema).min(1),
  actor: ActorSchema,
  payload: z.unknown(),
});
export type MessageEnvelope = z.infer<typeof MessageSchema>;
