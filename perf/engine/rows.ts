import type { Sharing } from '../gateways/gatewayKinds.ts';
import type { OperationName } from '../shop/operations.ts';

/** One comparison of all the gateways. */
export interface Row {
  /** As in `--rows`. */
  readonly id: string;
  readonly label: string;
  readonly operation: OperationName;
  readonly sharing: Sharing;
  /** Times what Apollo's gateway serves, at least. */
  readonly timesApollo?: number;
}

/** Times what Hive Gateway serves, at least, in every row. */
export const timesHive = 4;

/** The gateway's memory while it answers the large operation, MB, at most. */
export const memoryLimitMb = 250;

export const rows: readonly Row[] = [
  { id: 'large-nothing', label: 'large', operation: 'large', sharing: 'nothing', timesApollo: 10 },
  { id: 'large-fetches', label: 'large, fetches shared', operation: 'large', sharing: 'fetches', timesApollo: 20 },
  { id: 'large-requests', label: 'large, requests shared', operation: 'large', sharing: 'requests' },
  { id: 'small-nothing', label: 'small', operation: 'small', sharing: 'nothing', timesApollo: 12 },
  { id: 'small-fetches', label: 'small, fetches shared', operation: 'small', sharing: 'fetches', timesApollo: 12 },
  { id: 'small-requests', label: 'small, requests shared', operation: 'small', sharing: 'requests', timesApollo: 12 },
  { id: 'medium-nothing', label: 'medium', operation: 'medium', sharing: 'nothing' },
  { id: 'medium-fetches', label: 'medium, fetches shared', operation: 'medium', sharing: 'fetches' },
  { id: 'medium-requests', label: 'medium, requests shared', operation: 'medium', sharing: 'requests' },
  { id: 'distinct', label: 'distinct variables', operation: 'distinct', sharing: 'nothing', timesApollo: 10 },
];

/** The rows with these ids, or of these operations; undefined when one is unknown. */
export function selectRows(names: readonly string[]): readonly Row[] | undefined {
  const selected = names.map((name) => rows.filter(({ id, operation }) => id === name || operation === name));
  return selected.every((each) => each.length > 0) ? selected.flat() : undefined;
}
