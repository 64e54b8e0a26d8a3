import { SaleMode as SaleModeValues } from '@leadgraph/schema';
import { registerEnumType } from 'type-graphql';
import { chargeStatuses, holdStatuses } from '../holds/holdStates.js';
import { accountKinds } from '../ledger/accounts.js';
import { entryKinds, fundings } from '../ledger/journal.js';
import { breakdownCodes } from '../pricing/breakdown.js';

/** Makes the object that type-graphql takes for an enum of names that are their own values. */
function enumOf<const V extends string>(values: readonly V[]): { readonly [K in V]: K } {
  return Object.fromEntries(values.map((value) => [value, value])) as { [K in V]: K };
}

export const SaleMode = enumOf(SaleModeValues.options);
export const QuoteKind = enumOf(['STANDARD', 'AUCTION']);
export const BreakdownCode = enumOf(breakdownCodes);
export const HoldStatus = enumOf(holdStatuses);
export const ChargeStatus = enumOf(chargeStatuses);
export const AccountKind = enumOf(accountKinds);
export const JournalEntryKind = enumOf(entryKinds);
export const Funding = enumOf(fundings);
export const Currency = enumOf(['USD']);

registerEnumType(SaleMode, { name: 'SaleMode', description: 'Sold to one agent only, or to several.' });
registerEnumType(QuoteKind, {
  name: 'QuoteKind',
  description: 'The formula’s price, or what the winner of an auction pays.',
});
registerEnumType(BreakdownCode, { name: 'BreakdownCode', description: 'Why a line stands in a breakdown.' });
registerEnumType(HoldStatus, { name: 'HoldStatus' });
registerEnumType(ChargeStatus, { name: 'ChargeStatus' });
registerEnumType(AccountKind, { name: 'LedgerAccountKind' });
registerEnumType(JournalEntryKind, { name: 'JournalEntryKind' });
registerEnumType(Funding, {
  name: 'Funding',
  description: 'Where a credit comes from: paid by the agent outside the platform, or given by the platform.',
});
registerEnumType(Currency, { name: 'Currency' });
