import { readFileSync } from 'node:fs';
import { type RightsCell, readRightsTable } from '@leadgraph/schema/rights';
import { buildSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isLacking } from '../src/rights/readRights.js';
import { rightsOf } from '../src/rights/rights.js';

/* The platform's own supergraph, against the decisions about it. */
const read = (file: string) => readFileSync(new URL(`../../schema/${file}`, import.meta.url), 'utf8');
const table = readRightsTable(read('rights.md'));
const rights = rightsOf(read('supergraph.graphql'));
const schema = buildSchema(read('supergraph.graphql'));
const needs = (coordinate: string) =>
  rights?.schemaRights[coordinate.includes('.') ? 'fields' : 'types'].get(coordinate);

describe('what the supergraph requires', () => {
  it.each(table.rows.map((row) => [row.coordinate, row] as const))(
    '%s is refused where the table says no',
    (coordinate, { cells }) => {
      const required = table.columns.map(({ kind, scopes }): RightsCell => {
        const lacked = rights?.lackedBy({ kind, sub: 'x', scopes }).requirements ?? new Set();
        return isLacking(needs(coordinate), lacked) ? 'no' : 'yes';
      });
      expect(required).toEqual(cells.map((cell) => (cell === 'no' ? 'no' : 'yes')));
    },
  );

  it('is nothing more for plain fields than for the types at both ends', () => {
    const more = table.plain.filter((coordinate) => {
      const [type = ''] = coordinate.split('.');
      const ofType = needs(type) ?? new Set();
      // What a field gives is in the table where it requires more than its own type does.
      return [...(needs(coordinate) ?? [])].some((need) => !ofType.has(need)) && !givesTableType(coordinate);
    });
    expect(more).toEqual([]);
  });
});

/** Whether a field gives a type that is decided on for itself. */
function givesTableType(coordinate: string): boolean {
  const [type = '', name = ''] = coordinate.split('.');
  const owner = schema.getType(type);
  const field = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[name] : undefined;
  return field !== undefined && table.rows.some((row) => row.coordinate === getNamedType(field.type).name);
}
