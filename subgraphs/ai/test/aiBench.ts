import { eventually, type TestSubgraph } from '@leadgraph/kit/testing';
import type { LeadFacts } from '@leadgraph/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { sampleFacts } from './sampleFacts.js';
import { startEmulator, startTestAi, type TestAiOptions } from './startTestAi.js';

export const operator = { kind: 'OPERATOR', sub: 'ops', scopes: [] } as const;

export const QUALIFICATION = `query ($leads: [_Any!]!) { _entities(representations: $leads) { ... on Lead { id
  qualification { id leadId score tier decision engine fallbackReason model promptVersion inputHash cached costMicros latencyMs confidence nextAction
    missingFields reasons { code weight text } tokens { prompt completion total } lead { id } }
  qualifications { id } } } }`;

export const QUALIFY = `mutation ($input: QualifyLeadInput!) { qualifyLead(input: $input) {
  id leadId status attempts failure qualification { id score engine fallbackReason cached } } }`;

/**
 * The subgraph and an emulator of OpenAI for the tests of one file: each test starts the subgraph as it needs it and finds the emulator as at its start.
 */
export class AiBench {
  emulator: Awaited<ReturnType<typeof startEmulator>>;
  ai: TestSubgraph;

  constructor() {
    beforeAll(async () => {
      this.emulator = await startEmulator();
    });
    beforeEach(() => this.emulator.reset());
    afterEach(() => this.ai?.stop());
    afterAll(() => this.emulator.stop());
  }

  /** Starts the subgraph; `modelUrl` null leaves the model out, nothing takes the emulator. */
  async start(options: TestAiOptions = {}, modelUrl: string | null = this.emulator.url): Promise<void> {
    this.ai = await startTestAi(modelUrl, options);
  }

  validated(facts: LeadFacts, options?: Parameters<TestSubgraph['deliver']>[2]): Promise<string> {
    return this.ai.deliver('leads.lead.validated', { lead: facts }, options);
  }

  /** The lead's fields as the gateway reads them. */
  async leadOf(leadId: string) {
    const variables = { leads: [{ __typename: 'Lead', id: leadId }] };
    const { data, errors } = await this.ai.query(QUALIFICATION, variables, operator);
    expect(errors).toBeUndefined();
    return data._entities[0];
  }

  /** The payloads of the lead's completed events, once there are so many. */
  completedFor(leadId: string, count = 1): Promise<Record<string, unknown>[]> {
    return eventually(async () => {
      const events = await this.ai.outbox('ai.qualification.completed');
      const own = events
        .map((event) => event.payload as Record<string, unknown>)
        .filter((payload) => payload.leadId === leadId);
      expect(own).toHaveLength(count);
      return own;
    });
  }

  /** Has one lead qualified and says how it ended. */
  async qualify(facts = sampleFacts()) {
    await this.validated(facts);
    await this.completedFor(facts.leadId);
    return (await this.leadOf(facts.leadId)).qualification;
  }

  async openJobs(): Promise<number> {
    const [{ count }] = await this.ai.running.tools.db.query(
      "SELECT count(*)::int AS count FROM qualification_job WHERE status IN ('QUEUED', 'RUNNING')",
    );
    return count;
  }
}
