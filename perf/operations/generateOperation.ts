type TypeName = 'Query' | 'User' | 'Product' | 'Review';

/** What can be selected of a type: leaves by name, and fields of another type. */
const TYPES: Readonly<
  Record<TypeName, { leaves: readonly string[]; objects: readonly (readonly [string, TypeName])[] }>
> = {
  Query: {
    // For the last field, where everything else has been selected.
    leaves: ['__typename'],
    objects: [
      ['me', 'User'],
      ['users', 'User'],
      ['user(id: "u3")', 'User'],
      ['topProducts', 'Product'],
      ['product(upc: "p2")', 'Product'],
      ['review(id: "r4")', 'Review'],
    ],
  },
  User: { leaves: ['id', 'name', 'username', 'birthday'], objects: [['reviews', 'Review']] },
  Product: {
    leaves: ['upc', 'name', 'price', 'weight', 'inStock', 'shippingEstimate'],
    objects: [['reviews', 'Review']],
  },
  Review: {
    leaves: ['id', 'body'],
    objects: [
      ['product', 'Product'],
      ['author', 'User'],
    ],
  },
};

/** Lists within lists multiply: deeper ones would measure large responses. */
const DEEPEST = 6;

/** One of these fields can come only from the subgraph. */
const ONLY_FROM = { accounts: ['birthday'], products: ['price', 'weight'], inventory: ['inStock'], reviews: ['body'] };

interface Node {
  readonly type: TypeName;
  readonly depth: number;
  readonly leaves: Set<string>;
  readonly objects: Map<string, Node>;
}

/** A random operation with this number of fields (at least 2), those with selections counted too. */
export function generateOperation(random: () => number, fields: number): string {
  const root: Node = newNode('Query', 0);
  const nodes = [root];
  let count = 0;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];

  while (count < fields) {
    const node = pick(nodes) ?? root;
    const { leaves, objects } = TYPES[node.type];
    const wantsObject = node === root || random() < 0.3;
    const object = wantsObject && node.depth < DEEPEST && fields - count >= 2 ? pick(objects) : undefined;
    if (object && !node.objects.has(object[0])) {
      const child = newNode(object[1], node.depth + 1);
      // A selection may not be empty.
      child.leaves.add(pick(TYPES[child.type].leaves) ?? '__typename');
      node.objects.set(object[0], child);
      nodes.push(child);
      count += 2;
    }
    const leaf = object ? undefined : pick(leaves);
    if (leaf && !node.leaves.has(leaf)) {
      node.leaves.add(leaf);
      count += 1;
    }
  }
  return print(root);
}

/** The same, with fields of all the four subgraphs. */
export function generateOperationOfAll(random: () => number, fields: number): string {
  for (;;) {
    const text = generateOperation(random, fields);
    if (Object.values(ONLY_FROM).every((names) => names.some((name) => new RegExp(`\\b${name}\\b`).test(text))))
      return text;
  }
}

function newNode(type: TypeName, depth: number): Node {
  return { type, depth, leaves: new Set(), objects: new Map() };
}

function print({ leaves, objects }: Node): string {
  return `{ ${[...leaves, ...[...objects].map(([field, child]) => `${field} ${print(child)}`)].join(' ')} }`;
}
