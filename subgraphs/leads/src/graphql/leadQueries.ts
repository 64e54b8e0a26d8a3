import {
  Cached,
  DomainError,
  isUuid,
  notFound,
  type Page,
  PageArgs,
  PageSize,
  requireKind,
  requireScope,
  SignedIn,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import { listLeads } from '../store/leadList.js';
import type { LeadListFilter } from '../store/leadListFilter.js';
import type { LeadRow } from '../store/leadTable.js';
import { CONTACTS_SCOPE } from './contactsScope.js';
import type { LeadsContext } from './context.js';
import { LeadFilter, LeadSort } from './leadInputs.js';
import { Lead, LeadConnection } from './leadType.js';
import { mayFind } from './visibility.js';

const MOST_VALUES = 100;

@Resolver()
export class LeadQueries {
  @SignedIn()
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Lead, { description: 'A lead by its id. NOT_FOUND if there is none, or the caller may not know of it.' })
  async lead(@Arg('id', () => ID) id: string, @Ctx() context: LeadsContext): Promise<LeadRow> {
    const lead = isUuid(id) ? await context.loaders.lead.load(id.toLowerCase()) : null;
    if (!lead || !(await mayFind(context, lead))) throw notFound('Lead', id);
    return lead;
  }

  @SignedIn()
  @PageSize()
  @Cached({ maxAge: 5, staleWhileRevalidate: 5 })
  @Query(() => LeadConnection, {
    description:
      'Leads, the newest first. Without a date filter those of the last 90 days. A partner sees its own, an agent those it bought. Up to 10 seconds old.',
  })
  leads(
    @Args() page: PageArgs,
    @Arg('filter', () => LeadFilter, { nullable: true }) filter: LeadFilter | null,
    @Arg('sort', () => LeadSort, { nullable: true }) sort: LeadSort | null,
    @Ctx() context: LeadsContext,
  ): Promise<Page<LeadRow>> {
    const order = { field: sort?.field ?? 'RECEIVED_AT', direction: sort?.direction ?? 'DESC' } as const;
    const wanted = listFilter(filter, context);
    return context.stale.page((db) => listLeads(db, wanted, order, page));
  }
}

function listFilter(filter: LeadFilter | null, { identity, clock, tools }: LeadsContext): LeadListFilter {
  checkLists(filter);
  const { phone, email, ...rest } = filter ?? {};
  if (phone != null || email != null) {
    requireKind(identity, 'OPERATOR');
    requireScope(identity, CONTACTS_SCOPE);
  }
  const dated = rest.receivedFrom != null || rest.receivedTo != null;
  return {
    ...rest,
    includeTest: rest.includeTest ?? true,
    state: rest.state?.map((code) => code.toUpperCase()),
    sourceId: rest.sourceId?.map((id) => id.toLowerCase()),
    receivedFrom: dated ? rest.receivedFrom : new Date(clock.now().getTime() - tools.limits.listsShowMs),
    // what cannot be hashed (nothing but blanks) is looked for as such and finds nothing
    phoneHash: phone == null ? null : (tools.hasher.phone(phone) ?? Buffer.alloc(0)),
    emailHash: email == null ? null : (tools.hasher.email(email) ?? Buffer.alloc(0)),
    ...(identity.kind === 'PARTNER' && { partner: identity.sub }),
    ...(identity.kind === 'AGENT' && {
      buyer: isUuid(identity.sub) ? identity.sub : '00000000-0000-0000-0000-000000000000',
    }),
  };
}

function checkLists(filter: LeadFilter | null): void {
  for (const name of ['status', 'line', 'state', 'sourceId'] as const) {
    if ((filter?.[name]?.length ?? 0) <= MOST_VALUES) continue;
    throw new DomainError('BAD_USER_INPUT', `filter.${name} takes at most ${MOST_VALUES} values.`, {
      field: `filter.${name}`,
    });
  }
  if (filter?.state?.every((code) => /^[a-z]{2}$/i.test(code)) === false) {
    throw new DomainError('BAD_USER_INPUT', 'filter.state takes codes of two letters.', { field: 'filter.state' });
  }
  if (filter?.sourceId?.every(isUuid) === false) {
    throw new DomainError('BAD_USER_INPUT', 'filter.sourceId takes the ids of sources.', { field: 'filter.sourceId' });
  }
}
