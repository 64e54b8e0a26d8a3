/** US dollars per million tokens, which is also millionths of a dollar per token. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

/** List prices by the beginning of the model's name, the longest match first (https://openai.com/api/pricing). */
const listPrices: readonly (readonly [string, TokenPrice])[] = [
  ['gpt-4.1-nano', { input: 0.1, output: 0.4 }],
  ['gpt-4.1-mini', { input: 0.4, output: 1.6 }],
  ['gpt-4.1', { input: 2, output: 8 }],
  ['gpt-4o-mini', { input: 0.15, output: 0.6 }],
  ['gpt-4o', { input: 2.5, output: 10 }],
  ['gpt-5-nano', { input: 0.05, output: 0.4 }],
  ['gpt-5-mini', { input: 0.25, output: 2 }],
  ['gpt-5', { input: 1.25, output: 10 }],
];

/** For models that are not listed: rather too much than too little, for the daily budget stands on it. */
const unknownModel: TokenPrice = { input: 5, output: 20 };

/** The price of a model's tokens; `configured` wins over the list. */
export function priceOf(model: string, configured: TokenPrice | null): TokenPrice {
  return configured ?? listPrices.find(([prefix]) => model.startsWith(prefix))?.[1] ?? unknownModel;
}

/** Millionths of a US dollar for so many tokens, rounded up. */
export function costMicros(price: TokenPrice, promptTokens: number, completionTokens: number): number {
  return Math.ceil(promptTokens * price.input + completionTokens * price.output);
}
