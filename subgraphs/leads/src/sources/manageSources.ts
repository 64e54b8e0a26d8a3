import { DomainError, emit, inTransaction, isUniqueViolation, isUuid, notFound, uuidv7 } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { storableText } from '../intake/text.js';
import type { LeadsTools } from '../leadsTools.js';
import { type PricingType, SourceRow } from '../store/sourceTable.js';

export interface PricingInput {
  type: PricingType;
  cents?: number | null;
  basisPoints?: number | null;
}

export interface SourceInput {
  name: string;
  partner: string;
  pricing: PricingInput;
  dailyCap?: number | null;
}

const shortText = storableText(100)
  .transform((text) => text.trim())
  .pipe(z.string().min(1, 'must not be empty'));

/** Makes a source. CONFLICT when the partner has one of this name already. */
export async function createSource(db: DataSource, tools: LeadsTools, input: SourceInput): Promise<SourceRow> {
  const row: SourceRow = {
    id: uuidv7(),
    version: 1,
    name: checkedText('name', input.name),
    partner: checkedText('partner', input.partner),
    ...pricingColumns(input.pricing),
    dailyCap: checkedCap(input.dailyCap ?? null),
    createdAt: tools.clock.now(),
  };
  await refusingTakenNames(() =>
    inTransaction(db, async (tx) => {
      await tx.insert(SourceRow, row);
      await announceSource(tx, row);
    }),
  );
  return row;
}

/** Changes what is given of a source; `dailyCap: null` takes the limit off. Leads that were taken in keep what they are. */
export async function updateSource(
  db: DataSource,
  id: string,
  input: Partial<Omit<SourceInput, 'partner'>>,
): Promise<SourceRow> {
  return refusingTakenNames(() =>
    inTransaction(db, async (tx) => {
      const source = isUuid(id)
        ? await tx
            .createQueryBuilder(SourceRow, 'source')
            .setLock('pessimistic_write')
            .where('source.id = :id', { id })
            .getOne()
        : null;
      if (!source) throw notFound('Source', id);
      const changed: SourceRow = {
        ...source,
        version: source.version + 1,
        ...(input.name != null && { name: checkedText('name', input.name) }),
        ...(input.pricing != null && pricingColumns(input.pricing)),
        ...(input.dailyCap !== undefined && { dailyCap: checkedCap(input.dailyCap) }),
      };
      await tx.update(SourceRow, { id }, changed);
      await announceSource(tx, changed);
      return changed;
    }),
  );
}

async function announceSource(tx: EntityManager, { id, version }: SourceRow): Promise<void> {
  await emit(tx, {
    type: 'leads.source.changed',
    partitionKey: id,
    entities: [{ __typename: 'Source', key: id, version }],
    payload: { sourceId: id },
  });
}

function pricingColumns({ type, cents, basisPoints }: PricingInput) {
  const [value, other, field] =
    type === 'FIXED' ? ([cents, basisPoints, 'cents'] as const) : ([basisPoints, cents, 'basisPoints'] as const);
  const most = type === 'FIXED' ? 100_000_000 : 10_000;
  if (value == null || other != null || value < 0 || value > most) {
    const message = `A source with ${type} pricing needs pricing.${field} (0 to ${most}) and nothing else.`;
    throw new DomainError('BAD_USER_INPUT', message, { field: `pricing.${field}` });
  }
  return {
    pricingType: type,
    pricingCents: type === 'FIXED' ? value : null,
    pricingBasisPoints: type === 'REVENUE_SHARE' ? value : null,
  };
}

/** Text of 1 to 100 characters that can be stored, without blanks around it; BAD_USER_INPUT otherwise. */
export function checkedText(field: string, text: string): string {
  const parsed = shortText.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DomainError('BAD_USER_INPUT', `Correct ${field}: ${parsed.error.issues[0]?.message ?? 'not usable'}.`, {
    field,
  });
}

function checkedCap(cap: number | null): number | null {
  if (cap === null || cap >= 0) return cap;
  throw new DomainError('BAD_USER_INPUT', 'A daily cap is a number of leads, or null for no limit.', {
    field: 'dailyCap',
  });
}

async function refusingTakenNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError('CONFLICT', 'This partner has a source of this name already; choose another name.', {
      field: 'name',
    });
  }
}
