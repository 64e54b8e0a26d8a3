import { readReply, type SubgraphResponse } from '../../subgraph/readReply.js';

/**
 * Reads what a subgraph has sent for an event, or as the errors of a subscription, as its replies are read; undefined when it is no GraphQL response. Only what has more than data is
 * written once more to be read: most events do not.
 */
export function readPayload(payload: Readonly<Record<string, unknown>>): SubgraphResponse | undefined {
  const { data, errors, extensions } = payload;
  if (errors === undefined && extensions === undefined && isObject(data)) return { data, changed: [] };
  const response = readReply({ status: 200, contentType: 'application/json', text: JSON.stringify(payload) });
  return typeof response === 'string' ? undefined : response;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
