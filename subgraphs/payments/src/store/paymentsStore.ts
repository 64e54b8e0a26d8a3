import { ChangesOfAnswers1765100000000, KitTables1700000000000 } from '@leadgraph/kit';
import { Charge } from './charge.js';
import { Hold } from './hold.js';
import { LeadProjection } from './leadProjection.js';
import { LeadPartner1700000002000 } from './migrations/leadPartner1700000002000.js';
import { ListIndexes1700000003000 } from './migrations/listIndexes1700000003000.js';
import { PaymentsTables1700000001000 } from './migrations/paymentsTables1700000001000.js';
import { Quote } from './quote.js';
import { Wallet } from './wallet.js';

/** What the data source of payments is made of. */
export const paymentsStore = {
  entities: [LeadProjection, Quote, Wallet, Hold, Charge],
  migrations: [
    KitTables1700000000000,
    PaymentsTables1700000001000,
    LeadPartner1700000002000,
    ListIndexes1700000003000,
    ChangesOfAnswers1765100000000,
  ],
};
