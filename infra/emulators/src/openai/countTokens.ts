/**
 * Tokens of a text at four characters each, the rule of thumb that OpenAI gives for English. It is meant for usage figures and limits that
 * are plausible and deterministic, not for bills.
 */
export function countTokens(text: string): number {
  return text === '' ? 0 : Math.max(1, Math.ceil(text.length / 4));
}

/** The longest beginning of the text that has at most so many tokens. */
export function firstTokens(text: string, limit: number): string {
  return text.slice(0, limit * 4);
}
