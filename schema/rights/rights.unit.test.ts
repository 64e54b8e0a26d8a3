import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { apiSchemaOf } from '../check/apiSchema.ts';
import { readRightsTable } from './rightsTable.ts';
import { undecided } from './undecided.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const KINDS = ['OPERATOR', 'OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER', 'ANONYMOUS'];

describe('schema/rights.md', () => {
  const table = readRightsTable(read('../rights.md'));

  it('has a column for each kind of identity, and one for operators who may see contacts', () => {
    expect(table.columns.map(({ kind }) => kind)).toEqual(KINDS);
    expect(table.columns.flatMap(({ scopes }) => scopes)).toEqual(['contacts:read']);
  });

  it('decides on every field that there is, and on no other', () => {
    const { schema, rightsOf } = apiSchemaOf(read('../supergraph.graphql'));
    expect(undecided(schema, rightsOf, table)).toEqual([]);
  });
});

describe('a decision that is missing', () => {
  const schema = buildSchema(`
    type Query { nest: Nest eggs: Int }
    type Nest { place: String owner: String! phone: String }
  `);
  const table = (more: string) =>
    readRightsTable(`| field | AGENT | ANONYMOUS |\n|---|---|---|\n| \`Query.nest\` | own | no |\n${more}`);

  it('is told with what to do, of new fields, of root fields, of directives', () => {
    const rights = new Map([
      ['Nest', '@authenticated'],
      ['Nest.owner', '@policy(policies: [["kind:AGENT"]])'],
    ]);
    expect(undecided(schema, rights, table('- `Nest`: place, owner\n- `Bird`: wings'))).toEqual([
      'Query.eggs is a root field without a decision who may have it: say it with OnlyFor or SignedIn in the subgraph and give it a row in schema/rights.md.',
      'Nest says who may have it (@authenticated): give it a row in schema/rights.md.',
      'Nest.owner says who may have it (@policy(policies: [["kind:AGENT"]])): give it a row in schema/rights.md.',
      'Nest.phone is new: if it tells anything of a person, of money or of what others do, decide who may have it and give it a row in schema/rights.md; else list it there as plain.',
      'Bird.wings stands in schema/rights.md and is not in the schema: take it out.',
    ]);
  });

  it('is not to be had by a slip of the pen', () => {
    expect(() => table('| `Nest.place` | perhaps | no |')).toThrow('rights.md:4: "perhaps" is none of yes, own');
    expect(() => table('| `Nest.place` | yes |')).toThrow('2 cells');
    expect(() => table('| Nest place | yes | no |')).toThrow('no `Type` or `Type.field`');
    expect(() => table('| `Query.nest` | yes | no |')).toThrow('rights.md:4: Query.nest stands twice');
    expect(() => table('- `Query`: nest')).toThrow('stands twice');
    expect(() => table('- `Nest` place')).toThrow('rights.md:4');
  });
});
