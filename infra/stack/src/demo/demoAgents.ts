/** The shapes of `infra/stack/demo/agents.json`: what `seed` creates through the gateway. */

export type DemoLine = 'AUTO' | 'HOME' | 'RENTERS' | 'LIFE' | 'HEALTH' | 'MEDICARE' | 'COMMERCIAL';
export type DemoAuthority = 'LIFE' | 'ACCIDENT_HEALTH' | 'PROPERTY' | 'CASUALTY' | 'VARIABLE' | 'PERSONAL_LINES';

export const demoLines: readonly DemoLine[] = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'];

/** The authorities that one needs to sell a line; a campaign's agent holds them all in the lead's state. */
export const authoritiesOf: Readonly<Record<DemoLine, readonly DemoAuthority[]>> = {
  AUTO: ['PERSONAL_LINES'],
  HOME: ['PROPERTY', 'CASUALTY'],
  RENTERS: ['PERSONAL_LINES'],
  LIFE: ['LIFE'],
  HEALTH: ['ACCIDENT_HEALTH'],
  MEDICARE: ['ACCIDENT_HEALTH'],
  COMMERCIAL: ['PROPERTY', 'CASUALTY'],
};

export interface DemoSource {
  /** The partner's id, which is the `sub` of its token. */
  readonly partner: string;
  readonly name: string;
  readonly pricing: {
    readonly type: 'FIXED' | 'REVENUE_SHARE';
    readonly cents?: number;
    readonly basisPoints?: number;
  };
  readonly dailyCap: number | null;
}

export interface DemoAgency {
  readonly legalName: string;
}

/** The same authority in several states: one licence each, whose number is `<state>-<npn>`. */
export interface DemoLicenses {
  readonly lineOfAuthority: DemoAuthority;
  readonly states: readonly string[];
  readonly effective: string;
  readonly expires: string;
}

/** One opening of a day of the week (1 is Monday), `HH:MM` of the agent's local day. */
export interface DemoOpening {
  readonly day: number;
  readonly from: string;
  readonly to: string;
}

/** A condition on a fact of the lead; values are text in whatever type the fact has. */
export interface DemoFilter {
  readonly field: string;
  readonly operator: 'EQUALS' | 'NOT_EQUALS' | 'IN' | 'NOT_IN' | 'AT_LEAST' | 'AT_MOST';
  readonly values: readonly string[];
  readonly allowMissing: boolean;
}

export interface DemoCampaign {
  readonly name: string;
  readonly line: DemoLine;
  readonly states: readonly string[];
  readonly zips: readonly string[];
  readonly filters: readonly DemoFilter[];
  readonly minScore: number;
  readonly mode: 'EXCLUSIVE' | 'SHARED';
  readonly bidCents: number;
  readonly priority: number;
  readonly weight: number;
  readonly caps: readonly {
    period: 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';
    count: number | null;
    spendCents: number | null;
  }[];
  /** Empty: always open. */
  readonly schedule: readonly DemoOpening[];
  readonly autoAccept: boolean;
}

export interface DemoAgent {
  readonly npn: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly agency: string;
  readonly carriers: readonly string[];
  readonly timeZone: string;
  readonly creditCents: number;
  readonly licenses: readonly DemoLicenses[];
  readonly campaigns: readonly DemoCampaign[];
}

export interface DemoPool {
  readonly line: DemoLine;
  readonly state: string;
  readonly strategy: 'AUCTION' | 'WEIGHTED' | 'ROUND_ROBIN';
}

/** Everything that must exist before the first lead is posted. */
export interface DemoMarket {
  readonly sources: readonly DemoSource[];
  readonly agencies: readonly DemoAgency[];
  readonly pools: readonly DemoPool[];
  readonly agents: readonly DemoAgent[];
}
