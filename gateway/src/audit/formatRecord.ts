import type { AuditRecord, RecordedEntity } from './auditRecord.js';

const WIDTHS = [24, 10, 24, 28, 44, 26] as const;
const MOST_ENTITIES_SHOWN = 3;

/** Above records as `formatRecord` writes them. */
export const TABLE_HEAD = row(['at', 'kind', 'who', 'operation', 'entities', 'outcome', 'from']);

/** A record as a line of a table; the last column has what is left. What clients have given is written without control characters. */
export function formatRecord({ at, kind, who, what, entities, outcome, from, requestId }: AuditRecord): string {
  const key = who.key === undefined ? '' : ` (${who.key})`;
  const manifest = what.manifest === undefined ? '' : ` of ${what.manifest}`;
  return row([
    at,
    kind.toLowerCase(),
    `${who.kind}${who.sub === '' ? '' : `:${who.sub}`}${key}`,
    `${what.operation ?? what.fields.join(',')}${manifest}`,
    shownEntities(entities),
    outcome === 'ok' ? 'ok' : outcome.join(','),
    `${from.address ?? '-'} ${from.transport} ${requestId}${from.userAgent === null ? '' : ` ${from.userAgent}`}`,
  ]);
}

function shownEntities(entities: readonly RecordedEntity[]): string {
  const shown = entities
    .slice(0, MOST_ENTITIES_SHOWN)
    .map(({ __typename, key, fields }) => `${__typename}:${key}${fields ? ` {${fields.join(' ')}}` : ''}`);
  const more = entities.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || '-';
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell) => cell.replace(/\p{Cc}/gu, ' '))
    .map((cell, index) => (index < WIDTHS.length ? cell.padEnd(WIDTHS[index] ?? 0) : cell))
    .join('  ')
    .trimEnd();
}
