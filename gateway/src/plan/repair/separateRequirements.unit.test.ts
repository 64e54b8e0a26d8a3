import { parse, print } from 'graphql';
import { expect, it } from 'vitest';
import { separateRequirements } from './separateRequirements.js';

const supergraph = (requirements: readonly string[], more = '') =>
  parse(/* GraphQL */ `
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b-b", url: "") }
    type Query { item: Item @join__field(graph: A) }
    type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID!
      price(in: String, net: Boolean): Int @join__field(graph: A) @join__field(graph: B, external: true)
      size: Size @join__field(graph: A, type: "Size") @join__field(graph: B, external: true)
      ${requirements.map((each, index) => `field${index}: Int @join__field(graph: B, requires: ${JSON.stringify(each)})`).join('\n')}
      ${more}
    }
    type Size { in(unit: String): Int @join__field(graph: A) @join__field(graph: B, external: true) }
  `);
const fieldsOf = (separated: ReturnType<typeof separateRequirements>, type: string) =>
  separated.document.definitions.flatMap((each) =>
    each.kind === 'ObjectTypeDefinition' && each.name.value === type
      ? (each.fields ?? []).map((field) => print(field))
      : [],
  );

it('a supergraph in which each field is required in one way is left as it is', () => {
  for (const requirements of [
    [],
    ['price', 'price size { in }'],
    ['price(in: "x", net: true)', 'price(net: true in: "x")', 'size { in(unit: "m") }'],
  ]) {
    const document = supergraph(requirements);
    expect(separateRequirements(document)).toEqual({ document, standIns: new Map(), needs: new Map() });
    expect(separateRequirements(document).document).toBe(document);
  }
});

it('each way has a field of its own, where the real one is and in the subgraphs that require it', () => {
  const separated = separateRequirements(
    supergraph(['price size { in(unit: "m") }', 'price(in: "x") size { in }', 'size { in(unit: "m") }']),
  );
  expect(fieldsOf(separated, 'Item')).toEqual([
    'id: ID!',
    'price(in: String, net: Boolean): Int @join__field(graph: A)',
    'price__required_0: Int @join__field(graph: A) @join__field(graph: B, external: true)',
    'price__required_1: Int @join__field(graph: A) @join__field(graph: B, external: true)',
    'size: Size @join__field(graph: A, type: "Size") @join__field(graph: B, external: true)',
    'field0: Int @join__field(graph: B, requires: "price__required_0 size{in__required_0}")',
    'field1: Int @join__field(graph: B, requires: "price__required_1 size{in__required_1}")',
    'field2: Int @join__field(graph: B, requires: "size{in__required_0}")',
  ]);
  expect(fieldsOf(separated, 'Size')).toHaveLength(3);
  expect(separated.standIns.get('price__required_1')?.name).toBe('price');
  expect(separated.needs).toEqual(
    new Map([
      ['b-b Item.field0', ['price__required_0', 'size.in__required_0']],
      ['b-b Item.field1', ['price__required_1', 'size.in__required_1']],
      ['b-b Item.field2', ['size.in__required_0']],
    ]),
  );
});

it('names that the supergraph has are not taken', () => {
  const { standIns } = separateRequirements(supergraph(['price', 'price(in: "x")'], 'price__required_0: Int'));
  expect([...standIns.keys()]).toEqual(['price__required___0', 'price__required___1']);
});
