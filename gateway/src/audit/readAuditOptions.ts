import { parseArgs } from 'node:util';
import { reasonOf } from '../errors/reasonOf.js';
import type { AuditRecord } from './auditRecord.js';

export const AUDIT_USAGE = `npm run audit -- [--since 1h] [--who PARTNER:acme] [--entity Product:ID] [--kind disclosure] [--follow] [--json]

  --since   how far back: 30s, 15m, 1h, 7d, or an instant such as 2026-11-01T00:00:00Z; without it all that is kept
  --who     a kind of identity (PARTNER), or one of them (PARTNER:acme)
  --entity  a type (Product), or one entity (Product:ID)
  --kind    mutation or disclosure
  --follow  goes on with what comes
  --json    one record a line, as it is kept`;

/** Which records are wanted. */
export interface AuditOptions {
  readonly since: Date | undefined;
  readonly who: { readonly kind: string; readonly sub: string | undefined } | undefined;
  readonly entity: { readonly type: string; readonly key: string | undefined } | undefined;
  readonly kind: AuditRecord['kind'] | undefined;
  readonly follow: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads the command's arguments; what is wrong with them as a sentence. */
export function readAuditOptions(args: string[], now: Date): AuditOptions | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        since: { type: 'string' },
        who: { type: 'string' },
        entity: { type: 'string' },
        kind: { type: 'string' },
        follow: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { follow, json, help } = values;
    const [who, sub] = split(values.who);
    const [type, key] = split(values.entity);
    return {
      ...{ follow, json, help },
      since: readSince(values.since, now),
      who: who === undefined ? undefined : { kind: readKindOfIdentity(who), sub },
      entity: type === undefined ? undefined : { type, key },
      kind: readKind(values.kind),
    };
  } catch (error) {
    return reasonOf(error);
  }
}

function readSince(text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const since = count === undefined ? new Date(text) : new Date(now.getTime() - Number(count) * (UNITS[unit] ?? 0));
  if (Number.isNaN(since.getTime())) throw new Error(`--since: "${text}" is no time. Give for example 15m, 1h, 7d.`);
  return since;
}

function readKind(text: string | undefined): AuditRecord['kind'] | undefined {
  if (text === undefined) return undefined;
  const kind = text.toUpperCase();
  if (kind === 'MUTATION' || kind === 'DISCLOSURE') return kind;
  throw new Error(`--kind: give "mutation" or "disclosure", not "${text}".`);
}

/** It becomes a part of a subject of NATS. */
function readKindOfIdentity(text: string): string {
  const kind = text.toUpperCase();
  if (/^[A-Z][A-Z0-9_]{0,31}$/.test(kind)) return kind;
  throw new Error(`--who: give a kind of identity and a name, such as PARTNER:acme, not "${text}".`);
}

function split(text: string | undefined): [string | undefined, string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const at = text.indexOf(':');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
