import { share } from './seededRandom.js';

/** The facts that the persona looks for in the prompt; everything is optional, for prompts change. */
interface Facts {
  readonly phone?: { readonly present?: boolean; readonly valid?: boolean; readonly mobile?: boolean | null };
  readonly email?: { readonly present?: boolean; readonly valid?: boolean };
  readonly consent?: { readonly live?: boolean; readonly channels?: readonly string[] };
  readonly missingFields?: readonly string[];
  readonly sourceQuality?: number | null;
  readonly notes?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly daysToExpiry?: number | null;
}

interface Reason {
  readonly code: string;
  readonly weight: number;
  readonly text: string;
}

/**
 * Plays a model that qualifies insurance leads: it reads the facts, the first JSON object of the last message, and weighs them as an
 * underwriter's assistant would. A few points that depend on the input's hash stand for the model's own judgement.
 */
export function qualifyLikeAModel(prompt: string): unknown {
  const facts = factsIn(prompt);
  if (!facts) return undefined;
  const missing = facts.missingFields ?? [];
  const reasons = [reachability(facts), intent(facts), completeness(missing), source(facts), judgement(prompt)];
  if (facts.consent?.live === false) reasons.push({ code: 'CONSENT', weight: -60, text: 'There is no live consent.' });
  const score = Math.max(0, Math.min(100, 40 + reasons.reduce((sum, reason) => sum + reason.weight, 0)));
  const reachable = facts.phone?.valid === true || facts.email?.valid === true;
  const decision = !reachable || score < 15 ? 'DISQUALIFIED' : score < 28 ? 'NEEDS_REVIEW' : 'QUALIFIED';
  return {
    score,
    decision,
    reasons: reasons.filter((reason) => reason.weight !== 0),
    missingFields: missing,
    nextAction: nextAction(decision, score, missing.length),
    confidence: Math.round((0.95 - 0.07 * Math.min(missing.length, 6) - (facts.notes ? 0 : 0.05)) * 100) / 100,
  };
}

function factsIn(prompt: string): Facts | null {
  for (let start = prompt.indexOf('{'); start >= 0; start = prompt.indexOf('{', start + 1)) {
    for (let end = prompt.lastIndexOf('}'); end > start; end = prompt.lastIndexOf('}', end - 1)) {
      try {
        return JSON.parse(prompt.slice(start, end + 1)) as Facts;
      } catch {
        // Not a whole object yet: the next closing brace may end it.
      }
    }
  }
  return null;
}

function reachability({ phone, email }: Facts): Reason {
  const byPhone = phone?.valid ? (phone.mobile ? 18 : 14) : phone?.present ? -12 : -8;
  const byEmail = email?.valid ? 8 : email?.present ? -6 : 0;
  const text = phone?.valid ? 'The phone number can be reached.' : 'There is no phone number that can be reached.';
  return { code: 'CONTACTABILITY', weight: byPhone + byEmail, text };
}

const urgent =
  /\b(today|tomorrow|asap|urgent|right away|immediately|this week|need (a )?quote|ready to|switch(ing)?|expires?|renew(al)?)\b/i;
const idle = /\b(just looking|not interested|maybe|next year|browsing|by mistake|stop calling|wrong)\b/i;

function intent({ notes, details, daysToExpiry }: Facts): Reason {
  const days = typeof daysToExpiry === 'number' ? daysToExpiry : details?.daysToExpiry;
  let weight = 0;
  if (typeof days === 'number') weight += days < 0 ? 4 : days <= 14 ? 16 : days <= 45 ? 10 : days <= 120 ? 3 : -4;
  if (notes && urgent.test(notes)) weight += 10;
  if (notes && idle.test(notes)) weight -= 18;
  const text =
    weight >= 10 ? 'The cover is needed soon.' : weight < 0 ? 'There is little intent to buy.' : 'No hurry is visible.';
  return { code: 'INTENT', weight, text };
}

function completeness(missing: readonly string[]): Reason {
  const text = missing.length === 0 ? 'All the fields are filled.' : `Missing: ${missing.length} fields.`;
  return { code: 'COMPLETENESS', weight: missing.length === 0 ? 10 : Math.max(-20, 8 - 6 * missing.length), text };
}

function source({ sourceQuality }: Facts): Reason {
  const weight = typeof sourceQuality === 'number' ? Math.round((sourceQuality - 0.5) * 16) : 0;
  return { code: 'SOURCE_RECORD', weight, text: "The source's earlier leads." };
}

function judgement(prompt: string): Reason {
  return {
    code: 'JUDGEMENT',
    weight: Math.round(share(prompt, 'judgement') * 24 - 12),
    text: 'The overall impression.',
  };
}

function nextAction(decision: string, score: number, missing: number): string {
  if (decision === 'DISQUALIFIED') return 'REJECT';
  if (decision === 'NEEDS_REVIEW') return 'REVIEW';
  if (score >= 80) return 'CALL_NOW';
  if (missing > 2) return 'REQUEST_INFO';
  return score >= 60 ? 'SCHEDULE' : 'NURTURE';
}
