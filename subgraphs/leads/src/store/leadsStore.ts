import { ChangesOfAnswers1765100000000, KitTables1700000000000 } from '@leadgraph/kit';
import { BuyerRow } from './buyerTable.js';
import { ConsentRow } from './consentTable.js';
import { LeadEventRow } from './leadEventTable.js';
import { LeadRow } from './leadTable.js';
import { LeadTables1763900000000 } from './migrations/1763900000000LeadTables.js';
import { Reports1764100000000 } from './migrations/1764100000000Reports.js';
import { SourceLists1764200000000 } from './migrations/1764200000000SourceLists.js';
import { Money1764300000000 } from './migrations/1764300000000Money.js';
import { StatusByScore1764400000000 } from './migrations/1764400000000StatusByScore.js';
import { OwnLeads1764500000000 } from './migrations/1764500000000OwnLeads.js';
import { PlaceAndStatus1764600000000 } from './migrations/1764600000000PlaceAndStatus.js';
import { SpeedBlocks1764700000000 } from './migrations/1764700000000SpeedBlocks.js';
import { MoreByScore1764800000000 } from './migrations/1764800000000MoreByScore.js';
import { FunnelAndMoneyBlocks1764900000000 } from './migrations/1764900000000FunnelAndMoneyBlocks.js';
import { OwnLeadsOfAPlace1765000000000 } from './migrations/1765000000000OwnLeadsOfAPlace.js';
import { SourceRow } from './sourceTable.js';
import { SuppressionRow } from './suppressionTable.js';

/** What the store of this subgraph consists of. */
export const leadsStore = {
  entities: [LeadRow, LeadEventRow, ConsentRow, SourceRow, BuyerRow, SuppressionRow],
  migrations: [
    KitTables1700000000000,
    LeadTables1763900000000,
    Reports1764100000000,
    SourceLists1764200000000,
    Money1764300000000,
    StatusByScore1764400000000,
    OwnLeads1764500000000,
    PlaceAndStatus1764600000000,
    SpeedBlocks1764700000000,
    MoreByScore1764800000000,
    FunnelAndMoneyBlocks1764900000000,
    OwnLeadsOfAPlace1765000000000,
    ChangesOfAnswers1765100000000,
  ],
};
