import type { PersistedOperation } from '@leadgraph/schema/manifest';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';

/** Makes an operation of a text, apart from the cache of those that have been seen. Throws `RequestRefused`. */
export type MakeOperation = (text: string, incremental: boolean) => Operation;

/**
 * One text of manifests, with what was made of it for one supergraph; manifests that have the same text have it in common. Made when it is prepared, or by the first request for it.
 */
export class PersistedText {
  private made: { readonly whole: Operation | RequestRefused; readonly inParts: Operation | undefined } | undefined;
  /** Whose rights it has been prepared for. */
  private readonly preparedFor = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly make: MakeOperation,
  ) {}

  /** Throws `RequestRefused` where it does not fit the schema. */
  operation(incremental: boolean): Operation {
    const { whole, inParts } = this.read();
    if (incremental && inParts) return inParts;
    if (whole instanceof RequestRefused) throw whole;
    return whole;
  }

  /**
   * Parses and validates it, plans and compiles it for all combinations of its conditions, for somebody who may have everything and for these identities. Rejects with `RequestRefused` where it does not fit the schema or cannot
   * be planned. What an identity may not have at all is left to its request to find out.
   */
  async prepare(identities: readonly Identity[]): Promise<void> {
    const { whole, inParts } = this.read();
    if (whole instanceof RequestRefused) throw whole;
    for (const identity of [undefined, ...identities]) {
      const key = identity ? rightsKey(identity) : '';
      if (this.preparedFor.has(key)) continue;
      for (const operation of inParts ? [whole, inParts] : [whole]) {
        for (const values of operation.combinations()) await prepareVariant(operation, values, identity);
      }
      this.preparedFor.add(key);
    }
  }

  private read() {
    this.made ??= this.readNow();
    return this.made;
  }

  private readNow(): NonNullable<typeof this.made> {
    try {
      const whole = this.make(this.text, false);
      const inParts = this.text.includes('@defer') ? this.make(this.text, true) : undefined;
      return { whole, inParts };
    } catch (error) {
      if (error instanceof RequestRefused) return { whole: error, inParts: undefined };
      throw error;
    }
  }
}

async function prepareVariant(
  operation: Operation,
  values: Parameters<Operation['prepare']>[0],
  identity: Identity | undefined,
): Promise<void> {
  try {
    await operation.prepare(values, identity);
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.code !== 'UNAUTHORIZED_FIELD_OR_TYPE') throw error;
  }
}

/** What the rights of an identity depend on. */
export function rightsKey({ kind, scopes }: Identity): string {
  return JSON.stringify([kind, ...scopes]);
}

/** An operation as one client's manifest has it. */
export interface ManifestEntry {
  readonly client: string;
  readonly persisted: PersistedOperation;
  readonly text: PersistedText;
}
