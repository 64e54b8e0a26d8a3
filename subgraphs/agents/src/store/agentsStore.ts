import { ChangesOfAnswers1765100000000, KitTables1700000000000 } from '@leadgraph/kit';
import { Agency } from './agency.js';
import { Agent } from './agent.js';
import { Assignment } from './assignment.js';
import { Campaign } from './campaign.js';
import { License } from './license.js';
import { AgentTables1763900000000 } from './migrations/1763900000000AgentTables.js';
import { CampaignsElsewhere1763900001000 } from './migrations/1763900001000CampaignsElsewhere.js';
import { ListIndexes1764200000000 } from './migrations/1764200000000ListIndexes.js';
import { Leaderboard1764300000000 } from './migrations/1764300000000Leaderboard.js';
import { LeaderboardBlocks1764500000000 } from './migrations/1764500000000LeaderboardBlocks.js';
import { Notification } from './notification.js';
import { Offer } from './offer.js';
import { Pool } from './pool.js';
import { Routing, RoutingRound } from './routing.js';

/** What the data source of agents is made of. */
export const agentsStore = {
  entities: [Agency, Agent, License, Campaign, Pool, Offer, Assignment, Notification, Routing, RoutingRound],
  migrations: [
    KitTables1700000000000,
    AgentTables1763900000000,
    CampaignsElsewhere1763900001000,
    ListIndexes1764200000000,
    Leaderboard1764300000000,
    LeaderboardBlocks1764500000000,
    ChangesOfAnswers1765100000000,
  ],
};
