// The data of the four subgraphs. Fixed, and of fixed width where it differs from request to request, so that a response's length says whether it is the right one.

export interface User {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
}

export interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly author: string;
  readonly product: string;
}

const NAMES = [
  'Ada Lovelace',
  'Alan Mathison Turing',
  'Grace Hopper',
  'Edsger Dijkstra',
  'Barbara Liskov',
  'Donald Knuth',
];
const THINGS = [
  'Table of oak, 2 m',
  'Couch of linen',
  'Chair of beech',
  'Lamp',
  'Shelf',
  'Desk',
  'Stool',
  'Bench',
  'Mirror',
];
const OPINIONS = [
  'Would buy it once more.',
  'Too expensive for what it does.',
  'Could be better, and could be cheaper.',
  'Prefer something else in this room.',
];
/** Who wrote each review, and of what, by their places in the lists of users and products. */
const AUTHORS = [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1];
const REVIEWED = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];

/** How many products there are besides the nine that the large operation shows: one for each request of the operation with distinct variables. */
export const poolSize = 3000;

export const users: readonly User[] = NAMES.map((name, index) => ({
  id: `u${index + 1}`,
  name,
  username: `@user.${index + 1}`,
  birthday: 1815 + index * 20,
}));

export const topProducts: readonly Product[] = THINGS.map((name, index) => ({
  upc: `p${index + 1}`,
  name,
  price: 899 + index * 150,
  weight: 100 + index * 50,
}));

/** Two authors and three products have all the reviews between them: the large response is the same few entities over and over, as in the benchmark that this is shaped after. */
export const reviews: readonly Review[] = AUTHORS.map((author, index) => ({
  id: `r${index + 1}`,
  body: OPINIONS[index % OPINIONS.length] ?? '',
  author: `u${author + 1}`,
  product: `p${(REVIEWED[index] ?? 0) + 1}`,
}));

/** The UPC of a product of the pool; `index` counts from 0 and starts again at its end. */
export function pooledUpc(index: number): string {
  return `c${String(index % poolSize).padStart(4, '0')}`;
}

/** The product with this UPC; those of the pool are made up from their number. */
export function productOf(upc: string): Product | undefined {
  const number = numberInPool(upc);
  if (number === undefined) return topProducts.find((product) => product.upc === upc);
  return { upc, name: `Thing ${upc}`, price: 1000 + (number % 9000), weight: 100 + (number % 900) };
}

/** The reviews of a product; each of the pool has two. */
export function reviewsOf(upc: string): readonly Review[] {
  const number = numberInPool(upc);
  if (number === undefined) return reviews.filter(({ product }) => product === upc);
  return ['a', 'b'].map((letter, index) => ({
    id: `${upc}${letter}`,
    body: `Opinion ${letter} of ${upc}`,
    author: `u${((number + index) % users.length) + 1}`,
    product: upc,
  }));
}

export function userOf(id: string): User | undefined {
  return users.find((user) => user.id === id);
}

function numberInPool(upc: string): number | undefined {
  return /^c\d{4}$/.test(upc) ? Number(upc.slice(1)) : undefined;
}
