import { pooledUpc } from './catalogue.ts';

/** An operation that is measured. */
export interface Operation {
  readonly name: OperationName;
  readonly text: string;
  /** The variables of the request with this number; undefined where all requests are the same. */
  readonly variablesOf?: (number: number) => Record<string, unknown>;
}
export type OperationName = 'large' | 'small' | 'medium' | 'distinct';

/** 86 kB from four subgraphs, through many lists that hold the same few entities. */
const large = `fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query Large {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
      }
    }
  }
  topProducts {
    ...Product
    reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
  }
}`;

/** Some 70 bytes from one subgraph: what a request costs that asks for nearly nothing. */
const small = '{ me { id username name } }';

/** Some 190 bytes from two subgraphs, one after the other. */
const medium = '{ me { id name reviews { id body } } }';

/** Another product in each request: nothing is the same but the operation. Three subgraphs. */
const distinct = `query Distinct($upc: String!) {
  product(upc: $upc) {
    upc name price weight inStock shippingEstimate
    reviews { id body author { id username } }
  }
}`;

export const operations: Readonly<Record<OperationName, Operation>> = {
  large: { name: 'large', text: large },
  small: { name: 'small', text: small },
  medium: { name: 'medium', text: medium },
  distinct: { name: 'distinct', text: distinct, variablesOf: (number) => ({ upc: pooledUpc(number) }) },
};

/** The JSON body of the request with this number. */
export function bodyOf({ text, variablesOf }: Operation, number = 0): string {
  return JSON.stringify({ query: text, ...(variablesOf && { variables: variablesOf(number) }) });
}
