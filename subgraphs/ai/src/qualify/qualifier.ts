import type { Clock, Logger } from '@leadgraph/kit';
import type { LeadFacts, QualificationEngine } from '@leadgraph/schema';
import type { DataSource } from 'typeorm';
import { type QualificationInput, qualificationInputOf } from '../facts/qualificationInput.js';
import type { AiMetrics } from '../metrics.js';
import type { FallbackReason, TokenUsage } from '../model/modelOutcome.js';
import { MOST_ANSWER_TOKENS, type QualificationModel } from '../model/openAiModel.js';
import { costMicros, type TokenPrice } from '../model/prices.js';
import type { ModelAnswer } from '../prompt/modelAnswer.js';
import { inputHashOf, messagesFor, type PromptMessage } from '../prompt/qualificationPrompt.js';
import { scoreByCard } from '../scorecard/scorecard.js';
import type { Thresholds, Verdict } from '../scorecard/verdict.js';
import { budgetDay, reserveSpending, settleSpending } from '../store/budget.js';
import { findCachedAnswer } from '../store/llmCache.js';
import { verdictOfAnswer } from './verdictOfAnswer.js';

/** A verdict and how it came about. */
export interface Qualified {
  readonly verdict: Verdict;
  readonly engine: QualificationEngine;
  readonly fallbackReason: FallbackReason | null;
  readonly model: string | null;
  readonly inputHash: string;
  readonly usage: TokenUsage;
  readonly costMicros: number;
  readonly latencyMs: number;
  readonly cached: boolean;
  /** The model's fresh answer, to be kept for equal inputs. */
  readonly freshAnswer: ModelAnswer | null;
}

export interface QualifierOptions {
  readonly db: DataSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: AiMetrics;
  readonly model: QualificationModel | null;
  readonly modelForTestLeads: boolean;
  readonly price: TokenPrice;
  readonly dailyBudgetMicros: number;
  readonly thresholds: Thresholds;
}

const nothing: TokenUsage = { promptTokens: 0, completionTokens: 0 };

/** Qualifies leads: cache, then budget, then model; whatever keeps the model from answering, the scorecard answers instead. */
export class Qualifier {
  constructor(private readonly options: QualifierOptions) {}

  /** What a lead's answer depends on; equal for facts that differ only in what is not looked at. */
  hashOf(facts: LeadFacts): string {
    return inputHashOf(qualificationInputOf(facts), this.options.model?.name ?? null);
  }

  /** Always answers. `withoutModel` says that the model must not be asked, and why. */
  async qualify(facts: LeadFacts, withoutModel: FallbackReason | null = null): Promise<Qualified> {
    const { db, model, modelForTestLeads } = this.options;
    const startedAt = performance.now();
    const input = qualificationInputOf(facts);
    const inputHash = inputHashOf(input, model?.name ?? null);
    const byCard = (reason: FallbackReason) => this.#byCard(input, inputHash, reason, startedAt);

    if (withoutModel) return byCard(withoutModel);
    if (!model) return byCard('NO_MODEL');
    if (facts.isTest && !modelForTestLeads) return byCard('TEST_LEAD');
    const cached = await findCachedAnswer(db.manager, inputHash);
    if (!cached) return this.#ask(model, input, inputHash, startedAt);
    return this.#counted({
      verdict: verdictOfAnswer(cached, input, this.options.thresholds),
      engine: 'LLM',
      fallbackReason: null,
      model: model.name,
      inputHash,
      usage: nothing,
      costMicros: 0,
      latencyMs: elapsedSince(startedAt),
      cached: true,
      freshAnswer: null,
    });
  }

  async #ask(
    model: QualificationModel,
    input: QualificationInput,
    inputHash: string,
    startedAt: number,
  ): Promise<Qualified> {
    const { db, clock, log, metrics, price, thresholds } = this.options;
    const messages = messagesFor(input);
    const day = budgetDay(clock.now());
    const reserved = costMicros(price, mostPromptTokens(messages), MOST_ANSWER_TOKENS);
    const allowed = await reserveSpending(db.manager, {
      day,
      micros: reserved,
      limitMicros: this.options.dailyBudgetMicros,
    });
    if (!allowed) return this.#byCard(input, inputHash, 'BUDGET', startedAt);

    const outcome = await model.ask(messages);
    const cost =
      outcome.usage === null ? null : costMicros(price, outcome.usage.promptTokens, outcome.usage.completionTokens);
    // What an unanswered call cost is not known, so the reservation stands.
    if (cost !== null) await settleSpending(db.manager, day, cost - reserved);
    metrics.modelCalls.observe({ outcome: outcome.ok ? 'OK' : outcome.reason }, outcome.latencyMs / 1000);
    metrics.tokens.inc({ kind: 'prompt' }, outcome.usage?.promptTokens ?? 0);
    metrics.tokens.inc({ kind: 'completion' }, outcome.usage?.completionTokens ?? 0);
    metrics.costMicros.inc(cost ?? reserved);

    if (!outcome.ok) {
      log.warn(
        { reason: outcome.reason, err: outcome.cause, ms: outcome.latencyMs },
        'the model gave no usable answer',
      );
      const byCard = this.#byCard(input, inputHash, outcome.reason, startedAt);
      return { ...byCard, usage: outcome.usage ?? nothing, costMicros: cost ?? reserved };
    }
    return this.#counted({
      verdict: verdictOfAnswer(outcome.answer, input, thresholds),
      engine: 'LLM',
      fallbackReason: null,
      model: model.name,
      inputHash,
      usage: outcome.usage,
      costMicros: cost ?? reserved,
      latencyMs: elapsedSince(startedAt),
      cached: false,
      freshAnswer: outcome.answer,
    });
  }

  #byCard(input: QualificationInput, inputHash: string, reason: FallbackReason, startedAt: number): Qualified {
    return this.#counted({
      verdict: scoreByCard(input, this.options.thresholds),
      engine: 'SCORECARD',
      fallbackReason: reason,
      model: null,
      inputHash,
      usage: nothing,
      costMicros: 0,
      latencyMs: elapsedSince(startedAt),
      cached: false,
      freshAnswer: null,
    });
  }

  #counted(qualified: Qualified): Qualified {
    const { engine, fallbackReason, cached, verdict } = qualified;
    this.options.metrics.qualifications.inc({
      engine,
      fallback: fallbackReason ?? '',
      cached: String(cached),
      tier: verdict.tier,
    });
    return qualified;
  }
}

function elapsedSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

/** An upper bound: English has about four characters a token, JSON and short words at worst two. The answer's schema counts too. */
function mostPromptTokens(messages: readonly PromptMessage[]): number {
  const characters = messages.reduce((sum, message) => sum + message.content.length, 0);
  return Math.ceil(characters / 2) + 600;
}
