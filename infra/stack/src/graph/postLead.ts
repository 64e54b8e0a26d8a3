import { type CreateLead, type CreateLeadAnswer, createLead } from './createLead.ts';
import { type GraphClient, GraphError } from './graphClient.ts';
import type { LeadOutcome, PostLead } from './leadOutcome.ts';
import type { MarketNames } from './marketNames.ts';

/** Errors that are about this one lead: the next one may pass. Anything else ends the posting. */
const aboutTheLead = new Set([
  'BAD_USER_INPUT',
  'GRAPHQL_VALIDATION_FAILED',
  'NOT_FOUND',
  'IDEMPOTENCY_KEY_REUSED',
  'SOURCE_DAILY_CAP_REACHED',
]);

/** Posts leads in which source and sellers stand by name. `clientOf` gives the caller for a source's partner, `create` is how it submits. */
export function leadPoster(
  names: MarketNames,
  clientOf: (partner: string) => Promise<GraphClient>,
  create: CreateLead = createLead,
): PostLead {
  return async (lead, idempotencyKey) => {
    const source = names.source(String(lead.source ?? ''));
    if (!source)
      return refused(
        'SOURCE_UNKNOWN',
        'source',
        `There is no source "${String(lead.source ?? '')}"; use its name, its id, or --source.`,
      );
    const { source: _name, consent, ...rest } = lead;
    const input = {
      ...rest,
      sourceId: source.id,
      ...(consent !== undefined && { consent: withSellerIds(consent, names) }),
      idempotencyKey,
    };
    try {
      const client = await clientOf(source.partner);
      return outcomeOf(await create(client, input));
    } catch (error) {
      if (error instanceof GraphError && error.codes.every((code) => aboutTheLead.has(code))) return refusal(error);
      throw error;
    }
  };
}

function outcomeOf({ lead, replayed, problems, duplicateOf }: CreateLeadAnswer): LeadOutcome {
  if (lead.status === 'REJECTED') return { kind: 'REJECTED', leadId: lead.id, replayed, problems };
  if (replayed) return { kind: 'REPLAYED', leadId: lead.id };
  if (lead.status === 'DUPLICATE') return { kind: 'DUPLICATE', leadId: lead.id, duplicateOf: duplicateOf?.id ?? null };
  return { kind: 'STORED', leadId: lead.id };
}

/** Agencies that nobody knows stay as they are: the lead is then offered to nobody by that name, as its consent says. */
function withSellerIds(consent: unknown, names: MarketNames): unknown {
  if (typeof consent !== 'object' || consent === null || !('sellers' in consent) || !Array.isArray(consent.sellers))
    return consent;
  return { ...consent, sellers: consent.sellers.map((seller) => names.agencyId(String(seller)) ?? String(seller)) };
}

function refusal(error: GraphError): LeadOutcome {
  const problems = error.errors.flatMap(({ message, extensions }) => {
    const code = extensions?.code ?? 'UNKNOWN';
    const each = extensions?.problems as { field?: string; message: string }[] | undefined;
    return (
      each?.map((problem) => ({ code, field: problem.field ?? null, message: problem.message })) ?? [
        { code, field: null, message },
      ]
    );
  });
  return { kind: 'REJECTED', leadId: null, replayed: false, problems };
}

function refused(code: string, field: string, message: string): LeadOutcome {
  return { kind: 'REJECTED', leadId: null, replayed: false, problems: [{ code, field, message }] };
}
