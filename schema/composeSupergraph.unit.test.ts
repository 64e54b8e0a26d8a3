import { describe, expect, it } from 'vitest';
import { CompositionFailed, composeSupergraph } from './composeSupergraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const subgraph = (name: string, sdl: string) => ({ name, url: `http://127.0.0.1/${name}`, sdl: `${link}\n${sdl}` });

describe('composing a supergraph', () => {
  it('joins the subgraphs and carries their addresses', () => {
    const { supergraphSdl } = composeSupergraph([
      subgraph('cats', 'type Query { cat: Cat } type Cat @key(fields: "id") { id: ID! }'),
      subgraph('toys', 'type Cat @key(fields: "id") { id: ID! toys: [String!]! }'),
    ]);
    expect(supergraphSdl).toContain('CATS @join__graph(name: "cats", url: "http://127.0.0.1/cats")');
    expect(supergraphSdl).toContain('toys: [String!]! @join__field(graph: TOYS)');
  });

  it('says of every conflict what it is, in which subgraph and on which line', () => {
    const compose = () =>
      composeSupergraph([
        subgraph('cats', 'type Query { cat: Cat }\ntype Cat @key(fields: "id") { id: ID!\nname: String! }'),
        subgraph('toys', 'type Cat @key(fields: "id") { id: ID!\nname: Int! }'),
      ]);
    expect(compose).toThrow(CompositionFailed);
    expect(compose).toThrow(
      /INVALID_FIELD_SHARING: .*Cat\.name.*\n {4}at cats:4:1 {2}name: String! \}\n {4}at toys:3:1/,
    );
  });

  it('names the subgraph whose SDL does not parse', () => {
    expect(() => composeSupergraph([subgraph('cats', 'type Query {')])).toThrow(/^cats: the SDL does not parse/);
  });

  it('warns of what fits but may not be meant', () => {
    const { warnings } = composeSupergraph([
      subgraph('cats', 'type Query @shareable { n(first: Int = 1): Int }'),
      subgraph('toys', 'type Query @shareable { n(first: Int = 1, last: Int): Int }'),
    ]);
    expect(warnings.join()).toContain('INCONSISTENT_ARGUMENT_PRESENCE');
  });
});
