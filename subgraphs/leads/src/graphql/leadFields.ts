import {
  Cached,
  CachedWithin,
  checkPageSize,
  type Disclosing,
  decodeCursor,
  disclose,
  disclosing,
  encodeCursor,
  ListSize,
  OnlyFor,
  type Page,
  PageArgs,
  PageSize,
  TotalRelation,
} from '@leadgraph/kit';
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { maskContact, maskVin } from '../privacy/mask.js';
import { redact } from '../privacy/redact.js';
import type { LeadRow } from '../store/leadTable.js';
import type { LeadsContext } from './context.js';
import { detailsObject, LeadDetails } from './detailsTypes.js';
import { ageBandNames } from './enums.js';
import { presentEvent } from './leadEvents.js';
import {
  Address,
  Consent,
  Contact,
  Lead,
  LeadBuyer,
  type LeadEvent,
  LeadEventConnection,
  LeadProblem,
} from './leadType.js';
import { Source } from './sourceType.js';
import { mayReach, seesContact } from './visibility.js';

const TIMELINE = 'timeline';
/** What of it is nobody's business but the buyers'; the rest of a contact says nothing of who it is. */
const CONTACT = ['firstName', 'lastName', 'email', 'phone', 'dateOfBirth'] as const;
const CONSENT = ['pageUrl', 'ip', 'userAgent'] as const;

/** Whose data it is, for records. */
function whose({ id }: LeadRow): Disclosing {
  return { __typename: 'Lead', key: id };
}

/** The fields of a lead that take more than reading its row. */
@Resolver(() => Lead)
export class LeadFields {
  @FieldResolver(() => String)
  ageBand(@Root() lead: LeadRow): string {
    return ageBandNames[lead.ageBand];
  }

  @FieldResolver(() => Contact, { nullable: true, description: 'Null for rejected and erased leads.' })
  async contact(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<Contact | null> {
    const person = context.personOf(lead);
    if (!person) return null;
    const open = await seesContact(context, lead);
    if (!open) return { masked: true, ...maskContact(person.contact) };
    return disclosing(whose(lead), 'contact', { masked: false, ...person.contact }, CONTACT);
  }

  @FieldResolver(() => Address)
  async address(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<Address> {
    const { city, state, zip } = lead;
    const street = (await seesContact(context, lead)) ? (context.personOf(lead)?.street ?? null) : null;
    return disclosing(whose(lead), 'address', { street, city, state, zip }, ['street']);
  }

  @CachedWithin()
  @FieldResolver(() => LeadDetails, { nullable: true, description: 'Null for rejected leads.' })
  async details(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<object | null> {
    if (!lead.details) return null;
    const { member, values } = lead.details;
    if (member !== 'auto' && member !== 'commercial') return detailsObject(member, values);
    const open = await seesContact(context, lead);
    const person = context.personOf(lead);
    if (member === 'auto') {
      const vehicles = (values.vehicles as Record<string, unknown>[]).map((vehicle, index) => {
        const vin = person?.vins[index] ?? null;
        return open
          ? disclosing(whose(lead), 'details.vehicles', { ...vehicle, vin }, ['vin'])
          : { ...vehicle, vin: maskVin(vin) };
      });
      return detailsObject(member, { ...values, vehicles });
    }
    const description = person?.description ?? null;
    if (open) {
      const texts = { businessName: person?.businessName ?? null, description };
      const details = detailsObject(member, { ...values, ...texts }) as typeof texts;
      return disclosing(whose(lead), 'details', details, ['businessName', 'description']);
    }
    return detailsObject(member, {
      ...values,
      businessName: null,
      description: description === null ? null : redact(description, { names: [person?.businessName ?? null] }),
    });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the person wrote; redacted for those who see the contact masked.',
  })
  async notes(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<string | null> {
    const person = context.personOf(lead);
    if (!person || person.notes === null) return null;
    if (await seesContact(context, lead)) {
      disclose(whose(lead), 'notes');
      return person.notes;
    }
    const { firstName, lastName } = person.contact;
    return redact(person.notes, { names: [firstName, lastName], street: person.street });
  }

  @FieldResolver(() => Source)
  source(@Root() lead: LeadRow, @Ctx() { loaders }: LeadsContext): Promise<unknown> {
    return loaders.source.load(lead.sourceId);
  }

  @FieldResolver(() => Consent, { nullable: true, description: 'Null for rejected leads.' })
  async consent(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<Consent | null> {
    const consent = await context.loaders.consent.load(lead.id);
    if (!consent) return null;
    const open = await seesContact(context, lead);
    const person = open ? context.personOf(lead) : null;
    const answer = {
      ...consent,
      pageUrl: person?.consentPageUrl ?? consent.pageUrl,
      certificate: { type: consent.certificateType, ref: consent.certificateRef },
      ip: person?.consentIp ?? null,
      userAgent: person?.consentUserAgent ?? null,
    };
    // The page's address without its query is everybody's.
    const personal = person?.consentPageUrl == null ? (['ip', 'userAgent'] as const) : CONSENT;
    return disclosing(whose(lead), 'consent', answer, personal);
  }

  @ListSize(5)
  @FieldResolver(() => [LeadProblem], { description: 'Why a REJECTED lead was rejected.' })
  problems(@Root() lead: LeadRow): LeadProblem[] {
    return lead.problems ?? [];
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @FieldResolver(() => Lead, {
    nullable: true,
    description: 'The lead that this one repeats, as far as the caller may know of it.',
  })
  async duplicateOf(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<LeadRow | null> {
    if (lead.duplicateOfId === null) return null;
    const original = await context.loaders.lead.load(lead.duplicateOfId);
    return original && (await mayReach(context, original)) ? original : null;
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @ListSize(5)
  @Cached({ maxAge: 0 })
  @FieldResolver(() => [Lead], {
    description: 'Other leads with the same last name and address, as far as the caller may know of them.',
  })
  async household(@Root() lead: LeadRow, @Ctx() context: LeadsContext): Promise<LeadRow[]> {
    if (lead.householdId === null) return [];
    const members = await context.loaders.household.load(lead.householdId);
    const others = members.filter(({ id }) => id !== lead.id);
    const known = await Promise.all(others.map((other) => mayReach(context, other)));
    return others.filter((_, index) => known[index]);
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @ListSize(3)
  @FieldResolver(() => [LeadBuyer], {
    description: 'The places that were sold. An agent sees its own; not for partners.',
  })
  async buyers(@Root() lead: LeadRow, @Ctx() { loaders, identity }: LeadsContext): Promise<LeadBuyer[]> {
    if (lead.soldCount === 0) return [];
    const buyers = await loaders.buyers.load(lead.id);
    return buyers
      .filter(({ agentId }) => identity.kind !== 'AGENT' || agentId === identity.sub)
      .map(({ agentId, offerId, priceCents, soldAt }) => ({ agent: { id: agentId }, offerId, priceCents, soldAt }));
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @PageSize()
  @FieldResolver(() => LeadEventConnection, {
    description: 'What happened to the lead, the oldest first. Not for agents.',
  })
  async timeline(
    @Root() lead: LeadRow,
    @Args() page: PageArgs,
    @Ctx() context: LeadsContext,
  ): Promise<Page<LeadEvent>> {
    checkPageSize(page.first);
    const isVersion = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
    const [after = 0] = page.after == null ? [] : decodeCursor(TIMELINE, page.after, [isVersion]);
    const rows = await context.loaders.timeline({ first: page.first + 1, afterVersion: Number(after) }).load(lead.id);
    const edges = rows.slice(0, page.first).map((row) => ({
      node: presentEvent(row),
      cursor: encodeCursor(TIMELINE, [row.version]),
    }));
    return {
      edges,
      pageInfo: {
        hasNextPage: rows.length > page.first,
        hasPreviousPage: Number(after) > 0,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
      // each version is one entry
      countTotal: async () => ({ value: lead.version, relation: TotalRelation.EQ }),
    };
  }
}
