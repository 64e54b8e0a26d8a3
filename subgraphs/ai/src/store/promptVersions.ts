import type { EntityManager } from 'typeorm';
import { answerJsonSchema } from '../prompt/modelAnswer.js';
import { PROMPT_TEXT, PROMPT_VERSION } from '../prompt/qualificationPrompt.js';

/** Keeps the prompt in use, so that a qualification can be explained after the prompt has changed. */
export async function registerPromptVersion(manager: EntityManager): Promise<void> {
  await manager.query('INSERT INTO prompt_version (id, text, schema) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    PROMPT_VERSION,
    PROMPT_TEXT,
    answerJsonSchema,
  ]);
}
