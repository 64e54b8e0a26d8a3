import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';
import { responseName } from '../compile/collectFields.js';
import { printedArguments } from '../compile/supergraphFacts.js';

/** Response names that every object has something under: as keys of data they would be mistaken. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));
/** Names that the planner gives itself. */
const PLANNERS_OWN = /__alias_\d+$/;

export interface SeparatedDocument {
  /** The document to be planned and executed. */
  readonly document: DocumentNode;
  /** Response name in that document → response name that the client has chosen. */
  readonly clientNames: ReadonlyMap<string, string>;
}

/**
 * Gives other response names to those fields of an operation whose own would be mistaken for a field of a key or a requirement, so that neither takes the other's value:
 * Apollo's planner takes `upc: name` for the key `upc`, and `price(currency: "USD")` for a required `price(currency: "EUR")`. The response is
 * written under the client's names.
 */
export function separateNames(
  document: DocumentNode,
  internalFields: ReadonlyMap<string, ReadonlySet<string>>,
): SeparatedDocument {
  const taken = new Set(internalFields.keys());
  let some = false;
  visit(document, {
    Field(field) {
      taken.add(responseName(field));
      some ||= isMistakable(field, internalFields);
    },
  });
  const clientNames = new Map<string, string>();
  if (!some) return { document, clientNames };

  const others = new Map<string, string>();
  const otherNameFor = (name: string): string => {
    let other = others.get(name);
    for (let index = 0; other === undefined; index++) {
      const candidate = `${name.replace(/^_+/, '')}_${index}`;
      if (!taken.has(candidate)) other = candidate;
    }
    taken.add(other);
    others.set(name, other);
    clientNames.set(other, name);
    return other;
  };
  const separated = visit(document, {
    Field: {
      leave(field): FieldNode | undefined {
        if (!isMistakable(field, internalFields)) return undefined;
        return { ...field, alias: { kind: Kind.NAME, value: otherNameFor(responseName(field)) } };
      },
    },
  });
  return { document: separated, clientNames };
}

function isMistakable(field: FieldNode, internalFields: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const name = responseName(field);
  if (INHERITED.has(name) || PLANNERS_OWN.test(name)) return true;
  if (name !== field.name.value) return name === '__typename' || internalFields.has(name);
  const internal = internalFields.get(name);
  if (!internal) return false;
  return internal.size > 1 || !internal.has(printedArguments(field));
}
