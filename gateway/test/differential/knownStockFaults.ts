import type { OperationRequest, Outcome } from './executionResult.js';

export interface StockDifference {
  readonly supergraph: string;
  readonly request: OperationRequest;
  readonly reference: Outcome;
  readonly stock: Outcome;
}

/** A fault of the stock executor that explains why it does not answer as the reference does. */
export interface StockFault {
  readonly name: string;
  readonly reason: string;
  explains(difference: StockDifference): boolean;
}

export const knownStockFaults: readonly StockFault[] = [];
