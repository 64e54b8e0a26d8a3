import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { RightsTable } from './rightsTable.ts';

/**
 * What is not in order between a schema and the decisions about it, a sentence for each that says what to do: every field has to be decided on, root fields and whatever has a directive of its own in the table. `rightsOf` has the directives by coordinate.
 */
export function undecided(
  schema: GraphQLSchema,
  rightsOf: ReadonlyMap<string, string>,
  { rows, plain }: RightsTable,
): string[] {
  const inTable = new Set(rows.map(({ coordinate }) => coordinate));
  const isPlain = new Set(plain);
  const faults: string[] = [];
  const known = new Set<string>();
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    known.add(type.name);
    if (rightsOf.has(type.name) && !inTable.has(type.name)) {
      faults.push(`${type.name} says who may have it (${rightsOf.get(type.name)}): give it a row in schema/rights.md.`);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const name of Object.keys(type.getFields())) {
      const coordinate = `${type.name}.${name}`;
      known.add(coordinate);
      const directives = rightsOf.get(coordinate);
      if (inTable.has(coordinate)) continue;
      if (roots.has(type as never)) {
        faults.push(
          `${coordinate} is a root field without a decision who may have it: say it with OnlyFor or SignedIn in the subgraph and give it a row in schema/rights.md.`,
        );
      } else if (directives) {
        faults.push(`${coordinate} says who may have it (${directives}): give it a row in schema/rights.md.`);
      } else if (!isPlain.has(coordinate)) {
        faults.push(
          `${coordinate} is new: if it tells anything of a person, of money or of what others do, decide who may have it and give it a row in schema/rights.md; else list it there as plain.`,
        );
      }
    }
  }
  for (const coordinate of [...inTable, ...isPlain]) {
    if (!known.has(coordinate))
      faults.push(`${coordinate} stands in schema/rights.md and is not in the schema: take it out.`);
  }
  return faults;
}
