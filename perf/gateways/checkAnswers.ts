import { isDeepStrictEqual } from 'node:util';
import { bodyOf, type Operation } from '../shop/operations.ts';
import { ask } from './ask.ts';
import type { RunningGateway } from './startGateway.ts';

/** Requests of an operation with variables that are compared, spread over the pool. */
const SAMPLES = [0, 1, 777, 2999];

/**
 * Asks every gateway for the operation and resolves with the length of each one's response. Throws when one answers with an error or other data than the first: what
 * differs is not to be compared. The lengths may differ, by a line end for example.
 */
export async function checkAnswers(
  gateways: readonly RunningGateway[],
  operation: Operation,
  token: string,
): Promise<ReadonlyMap<RunningGateway, number>> {
  const lengths = new Map<RunningGateway, number>();
  for (const number of operation.variablesOf ? SAMPLES : [0]) {
    let expected: { data: unknown; from: string } | undefined;
    for (const gateway of gateways) {
      const { status, body, length } = await ask(gateway.port, bodyOf(operation, number), token);
      const { data, errors } = JSON.parse(body) as { data?: unknown; errors?: unknown };
      if (status !== 200 || errors || !data) {
        throw new Error(`${gateway.label} does not answer "${operation.name}" (${status}): ${body.slice(0, 1000)}`);
      }
      expected ??= { data, from: gateway.label };
      if (!isDeepStrictEqual(data, expected.data)) {
        throw new Error(`${gateway.label} answers "${operation.name}" with other data than ${expected.from}.`);
      }
      if ((lengths.get(gateway) ?? length) !== length) {
        throw new Error(`${gateway.label} answers "${operation.name}" with different lengths: none can be checked.`);
      }
      lengths.set(gateway, length);
    }
  }
  return lengths;
}
