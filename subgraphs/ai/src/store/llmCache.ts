import type { EntityManager } from 'typeorm';
import { ModelAnswer } from '../prompt/modelAnswer.js';

/** The model's earlier answer to the same input, prompt version and model; null when there is none (or it no longer keeps the schema). */
export async function findCachedAnswer(manager: EntityManager, inputHash: string): Promise<ModelAnswer | null> {
  const [row]: { answer: unknown }[] = await manager.query('SELECT answer FROM llm_cache WHERE input_hash = $1', [
    inputHash,
  ]);
  return row ? (ModelAnswer.safeParse(row.answer).data ?? null) : null;
}

export async function keepAnswer(
  tx: EntityManager,
  entry: { inputHash: string; answer: ModelAnswer; model: string; promptVersion: string },
): Promise<void> {
  await tx.query(
    'INSERT INTO llm_cache (input_hash, answer, model, prompt_version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [entry.inputHash, entry.answer, entry.model, entry.promptVersion],
  );
}
