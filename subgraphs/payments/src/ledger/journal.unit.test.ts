import fc from 'fast-check';
import { expect, test } from 'vitest';
import { platformAccounts } from './accounts.js';
import { chargeEntry, creditEntry, reversalOf, sumOfPostings, UnbalancedEntry } from './journal.js';

const agent = '01900000-0000-7000-8000-00000000000a';
const cents = fc.integer({ min: 1, max: 1_000_000_000 });

test('every entry adds up to zero, and with its reversal to nothing on each account', () => {
  fc.assert(
    fc.property(cents, fc.constantFrom('BANK_TRANSFER', 'GOODWILL'), fc.boolean(), (amount, funding, isCharge) => {
      const entry = isCharge
        ? chargeEntry({ chargeId: 'c', agentId: agent, priceCents: amount, leadId: 'l' })
        : creditEntry(agent, amount, funding as 'GOODWILL', 'paid');
      const reversal = reversalOf({ id: 'e', postings: entry.postings }, 'mistaken');
      expect(sumOfPostings(entry.postings)).toBe(0);
      expect(sumOfPostings(reversal.postings)).toBe(0);
      for (const { accountId } of entry.postings) {
        const both = [...entry.postings, ...reversal.postings].filter((posting) => posting.accountId === accountId);
        expect(sumOfPostings(both)).toBe(0);
      }
      expect(reversal.reverses).toBe('e');
    }),
  );
});

test('a credit raises what is owed to the agent, a charge lowers it', () => {
  expect(creditEntry(agent, 500, 'BANK_TRANSFER', 'paid').postings).toEqual([
    { accountId: platformAccounts.PLATFORM_CASH, amountCents: 500 },
    { accountId: agent, amountCents: -500 },
  ]);
  expect(creditEntry(agent, 500, 'GOODWILL', 'sorry').postings[0]?.accountId).toBe(platformAccounts.ADJUSTMENTS);
  expect(chargeEntry({ chargeId: 'c', agentId: agent, priceCents: 300, leadId: 'l' }).postings).toEqual([
    { accountId: agent, amountCents: 300 },
    { accountId: platformAccounts.REVENUE, amountCents: -300 },
  ]);
});

test('an entry that would not balance, or over nothing, cannot be made', () => {
  expect(() => creditEntry(agent, 0, 'GOODWILL', 'nothing')).toThrow(UnbalancedEntry);
  expect(() => creditEntry(agent, 0.5, 'GOODWILL', 'half')).toThrow(UnbalancedEntry);
  expect(() => reversalOf({ id: 'e', postings: [{ accountId: agent, amountCents: 5 }] }, 'x')).toThrow(UnbalancedEntry);
});
