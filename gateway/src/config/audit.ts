import { z } from 'zod';
import { limit, type Values } from './values.js';

export const auditVariables = {
  AUDIT: z.stringbool().default(true),
  AUDIT_RETENTION_DAYS: limit.max(36_500, 'give 36500 at the most').default(400),
  AUDIT_BUFFER_BYTES: limit.default(32 * 1024 * 1024),
};

/** What is recorded of who did what. */
export interface AuditConfig {
  readonly on: boolean;
  /** How long NATS keeps records. */
  readonly retentionDays: number;
  /** What waits for NATS, at most. */
  readonly bufferBytes: number;
}

export function auditConfig(values: Values<typeof auditVariables>): AuditConfig {
  return { on: values.AUDIT, retentionDays: values.AUDIT_RETENTION_DAYS, bufferBytes: values.AUDIT_BUFFER_BYTES };
}
