import {
  checkPageSize,
  createListLoader,
  createLoader,
  decodeCursor,
  encodeCursor,
  isUuid,
  type Page,
  type PageArgs,
  TotalRelation,
} from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import type { WalletEntryRow } from '../store/walletEntries.js';
import type { PaymentsReads } from './paymentsReads.js';

const LIST = 'walletEntries';

/**
 * Reads pages of wallets' entries for one request. The wallets of a list that ask for the same page share one statement, and one more for their
 * totals if somebody selects them.
 */
export class WalletEntryPages {
  readonly #reads: Pick<PaymentsReads, 'walletEntries' | 'walletEntryTotals'>;
  readonly #pages = new Map<string, DataLoader<string, WalletEntryRow[]>>();
  readonly #totals;

  constructor(reads: Pick<PaymentsReads, 'walletEntries' | 'walletEntryTotals'>) {
    this.#reads = reads;
    this.#totals = createLoader(reads.walletEntryTotals);
  }

  /** The newest entries first. Throws PAGE_TOO_LARGE, BAD_USER_INPUT (below 1) and INVALID_CURSOR. */
  async read(walletId: string, { first, after }: PageArgs): Promise<Page<WalletEntryRow>> {
    checkPageSize(first);
    const before =
      after == null
        ? null
        : String(decodeCursor(LIST, after, [(value) => typeof value === 'string' && isUuid(value)])[0]);
    const rows = await this.#page(first, before).load(walletId);
    const edges = rows.slice(0, first).map((node) => ({ node, cursor: encodeCursor(LIST, [node.id]) }));
    return {
      edges,
      pageInfo: {
        hasNextPage: rows.length > first,
        hasPreviousPage: after != null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
      countTotal: async () => (await this.#totals.load(walletId)) ?? { value: 0, relation: TotalRelation.EQ },
    };
  }

  #page(first: number, before: string | null): DataLoader<string, WalletEntryRow[]> {
    const key = `${first} ${before}`;
    let page = this.#pages.get(key);
    if (!page) {
      // One row more than shown tells whether there is a next page.
      page = createListLoader(this.#reads.walletEntries({ limit: first + 1, before }));
      this.#pages.set(key, page);
    }
    return page;
  }
}
