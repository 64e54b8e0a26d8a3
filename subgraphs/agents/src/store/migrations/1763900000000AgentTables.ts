import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything that agents keeps: sellers and what they want, the routing of leads, offers, and projections of other subgraphs' events. */
export class AgentTables1763900000000 implements MigrationInterface {
  readonly name = 'AgentTables1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(market);
    await runner.query(projections);
    await runner.query(routing);
    await runner.query(offers);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE notification, assignment, offer, routing_round, routing, setting, wallet, lead_quote, lead_projection,
        pool, campaign_usage, campaign_state, campaign, license, agent, agency
    `);
  }
}

const market = `
  CREATE TABLE agency (
    id          uuid PRIMARY KEY,
    legal_name  text NOT NULL,
    version     int NOT NULL DEFAULT 1,
    created_at  timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX agency_legal_name ON agency (lower(legal_name));

  CREATE TABLE agent (
    id           uuid PRIMARY KEY,
    npn          text NOT NULL,
    name         text NOT NULL,
    email        text NOT NULL,
    phone        text NOT NULL,
    agency_id    uuid NOT NULL REFERENCES agency,
    carriers     text[] NOT NULL,
    time_zone    text NOT NULL,
    status       text NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED')),
    availability text NOT NULL CHECK (availability IN ('AVAILABLE', 'AWAY')),
    version      int NOT NULL DEFAULT 1,
    created_at   timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX agent_npn ON agent (npn);
  CREATE INDEX agent_agency ON agent (agency_id, id);
  CREATE INDEX agent_status ON agent (status, id);

  CREATE TABLE license (
    id                 uuid PRIMARY KEY,
    agent_id           uuid NOT NULL REFERENCES agent,
    state              char(2) NOT NULL,
    line_of_authority  text NOT NULL,
    number             text NOT NULL,
    effective          date NOT NULL,
    expires            date NOT NULL,
    status             text NOT NULL CHECK (status IN ('ACTIVE', 'PENDING', 'SUSPENDED', 'REVOKED')),
    CHECK (effective <= expires)
  );
  CREATE UNIQUE INDEX license_number ON license (agent_id, state, line_of_authority, number);

  CREATE TABLE campaign (
    id          uuid PRIMARY KEY,
    agent_id    uuid NOT NULL REFERENCES agent,
    name        text NOT NULL,
    line        text NOT NULL,
    states      text[] NOT NULL,
    zips        text[] NOT NULL,
    filters     jsonb NOT NULL,
    min_score   smallint NOT NULL CHECK (min_score BETWEEN 0 AND 100),
    mode        text NOT NULL CHECK (mode IN ('EXCLUSIVE', 'SHARED')),
    bid_cents   bigint NOT NULL CHECK (bid_cents >= 0),
    priority    int NOT NULL CHECK (priority >= 0),
    weight      int NOT NULL CHECK (weight > 0),
    caps        jsonb NOT NULL,
    schedule    jsonb NOT NULL,
    auto_accept boolean NOT NULL,
    status      text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED', 'ARCHIVED')),
    version     int NOT NULL DEFAULT 1,
    created_at  timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE INDEX campaign_agent ON campaign (agent_id, id);
  CREATE INDEX campaign_status ON campaign (status, id);

  -- Which campaigns want leads of a line in a state: how routing finds its candidates.
  CREATE TABLE campaign_state (
    line         text NOT NULL,
    state        char(2) NOT NULL,
    campaign_id  uuid NOT NULL REFERENCES campaign,
    PRIMARY KEY (line, state, campaign_id)
  );
  CREATE INDEX campaign_state_campaign ON campaign_state (campaign_id);

  -- What a campaign has used of its caps in the period that each bucket names, and its record. One row, so that one conditional update
  -- takes all of its caps or none.
  CREATE TABLE campaign_usage (
    campaign_id      uuid PRIMARY KEY REFERENCES campaign,
    hour_bucket      text NOT NULL DEFAULT '',
    hour_count       int NOT NULL DEFAULT 0,
    hour_spend       bigint NOT NULL DEFAULT 0,
    day_bucket       text NOT NULL DEFAULT '',
    day_count        int NOT NULL DEFAULT 0,
    day_spend        bigint NOT NULL DEFAULT 0,
    week_bucket      text NOT NULL DEFAULT '',
    week_count       int NOT NULL DEFAULT 0,
    week_spend       bigint NOT NULL DEFAULT 0,
    month_bucket     text NOT NULL DEFAULT '',
    month_count      int NOT NULL DEFAULT 0,
    month_spend      bigint NOT NULL DEFAULT 0,
    last_offered_at  timestamptz(3),
    decided          int NOT NULL DEFAULT 0,
    accepted         int NOT NULL DEFAULT 0
  ) WITH (fillfactor = 70);

  CREATE TABLE pool (
    line        text NOT NULL,
    state       char(2) NOT NULL,
    strategy    text NOT NULL CHECK (strategy IN ('AUCTION', 'WEIGHTED', 'ROUND_ROBIN')),
    weights     jsonb NOT NULL DEFAULT '{}',
    version     int NOT NULL DEFAULT 1,
    PRIMARY KEY (line, state)
  );
`;

const projections = `
  CREATE TABLE lead_projection (
    lead_id    uuid PRIMARY KEY,
    version    bigint NOT NULL,
    facts      jsonb,
    score      smallint,
    tier       text,
    withdrawn  boolean NOT NULL DEFAULT false
  );

  CREATE TABLE lead_quote (
    lead_id      uuid NOT NULL,
    mode         text NOT NULL,
    quote_id     uuid NOT NULL,
    price_cents  bigint NOT NULL,
    expires_at   timestamptz(3) NOT NULL,
    PRIMARY KEY (lead_id, mode)
  );

  CREATE TABLE wallet (
    agent_id         uuid PRIMARY KEY,
    available_cents  bigint NOT NULL,
    version          bigint NOT NULL
  );

  CREATE TABLE setting (
    name        text PRIMARY KEY,
    value       jsonb NOT NULL,
    expires_at  timestamptz(3)
  );
`;

const routing = `
  CREATE TABLE routing (
    lead_id         uuid PRIMARY KEY,
    state           text NOT NULL CHECK (state IN ('WAITING_QUOTES', 'OFFERING', 'QUEUED', 'FILLED', 'CLOSED', 'UNSOLD', 'WITHDRAWN')),
    round           int NOT NULL DEFAULT 0,
    -- the last round of this run; a lead that was queued gets a new run
    last_round      int NOT NULL,
    step            int NOT NULL DEFAULT 0,
    mode            text CHECK (mode IN ('EXCLUSIVE', 'SHARED')),
    max_sales       int NOT NULL DEFAULT 1 CHECK (max_sales > 0),
    accepted_count  int NOT NULL DEFAULT 0,
    retry_at        timestamptz(3),
    -- when the sweeper looks after it if nothing happens; only while WAITING_QUOTES
    resend_at       timestamptz(3),
    resends         int NOT NULL DEFAULT 0,
    version         bigint NOT NULL DEFAULT 0,
    created_at      timestamptz(3) NOT NULL DEFAULT now(),
    CHECK (accepted_count BETWEEN 0 AND max_sales),
    CHECK (mode IS DISTINCT FROM 'EXCLUSIVE' OR accepted_count <= 1)
  ) WITH (fillfactor = 80);
  CREATE INDEX routing_resend ON routing (resend_at) WHERE resend_at IS NOT NULL;
  CREATE INDEX routing_retry ON routing (retry_at) WHERE state = 'QUEUED';

  CREATE TABLE routing_round (
    lead_id          uuid NOT NULL,
    round            int NOT NULL,
    step             int NOT NULL,
    decided_at       timestamptz(3) NOT NULL,
    gate             text,
    mode             text,
    strategy         text NOT NULL,
    exclusive_cents  bigint NOT NULL,
    shared_cents     bigint NOT NULL,
    trace            jsonb NOT NULL,
    PRIMARY KEY (lead_id, round, step)
  );
`;

const offers = `
  CREATE TABLE offer (
    id               uuid PRIMARY KEY,
    lead_id          uuid NOT NULL,
    agent_id         uuid NOT NULL REFERENCES agent,
    campaign_id      uuid NOT NULL REFERENCES campaign,
    round            int NOT NULL,
    mode             text NOT NULL,
    status           text NOT NULL CHECK (status IN ('RESERVED', 'OFFERED', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED')),
    settlement       text NOT NULL DEFAULT 'NONE' CHECK (settlement IN ('NONE', 'PENDING', 'SETTLED', 'FAILED')),
    cancel_reason    text CHECK (cancel_reason IN ('NO_HOLD', 'TAKEN', 'WITHDRAWN', 'CAPTURE_FAILED')),
    reject_reason    text,
    refusal          text,
    quote_id         uuid NOT NULL,
    price_cents      bigint NOT NULL,
    auto_accept      boolean NOT NULL,
    cap_buckets      jsonb NOT NULL,
    window_ends_at   timestamptz(3) NOT NULL,
    reserved_at      timestamptz(3) NOT NULL,
    offered_at       timestamptz(3),
    expires_at       timestamptz(3),
    ended_at         timestamptz(3),
    resend_at        timestamptz(3),
    resends          int NOT NULL DEFAULT 0,
    version          int NOT NULL DEFAULT 1,
    CHECK ((status = 'CANCELLED') = (cancel_reason IS NOT NULL))
  ) WITH (fillfactor = 80);
  CREATE INDEX offer_lead ON offer (lead_id, id);
  CREATE INDEX offer_agent ON offer (agent_id, id);
  CREATE INDEX offer_status ON offer (status, id);
  CREATE INDEX offer_waiting ON offer (agent_id) WHERE status IN ('RESERVED', 'OFFERED');
  CREATE INDEX offer_expiry ON offer (expires_at) WHERE status = 'OFFERED';
  CREATE INDEX offer_resend ON offer (resend_at) WHERE resend_at IS NOT NULL;
  -- An exclusive lead is offered to one agent at a time and sold to one.
  CREATE UNIQUE INDEX offer_one_live_exclusive ON offer (lead_id)
    WHERE mode = 'EXCLUSIVE' AND status IN ('RESERVED', 'OFFERED', 'ACCEPTED');

  CREATE TABLE assignment (
    id          uuid PRIMARY KEY,
    offer_id    uuid NOT NULL UNIQUE REFERENCES offer,
    lead_id     uuid NOT NULL,
    agent_id    uuid NOT NULL REFERENCES agent,
    status      text NOT NULL CHECK (status IN ('NEW', 'ATTEMPTED', 'CONTACTED', 'QUOTED', 'APPLIED', 'BOUND', 'LOST', 'RETURNED')),
    reason      text,
    version     int NOT NULL DEFAULT 1,
    created_at  timestamptz(3) NOT NULL,
    changed_at  timestamptz(3) NOT NULL
  );
  CREATE INDEX assignment_agent ON assignment (agent_id, id);
  CREATE INDEX assignment_lead ON assignment (lead_id);

  CREATE TABLE notification (
    id               uuid PRIMARY KEY,
    agent_id         uuid NOT NULL REFERENCES agent,
    offer_id         uuid NOT NULL,
    channel          text NOT NULL CHECK (channel IN ('EMAIL', 'SMS')),
    template         text NOT NULL,
    status           text NOT NULL CHECK (status IN ('QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'DEAD')),
    attempts         int NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz(3),
    created_at       timestamptz(3) NOT NULL,
    UNIQUE (offer_id, channel, template)
  );
  CREATE INDEX notification_agent ON notification (agent_id, id);
  CREATE INDEX notification_due ON notification (next_attempt_at) WHERE status IN ('QUEUED', 'FAILED');
`;
