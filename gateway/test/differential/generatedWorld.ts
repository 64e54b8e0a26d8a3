import { createHash } from 'node:crypto';
import {
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { kept } from './keptPromise.js';

/** An object under execution: all of its values follow from these. */
interface Node {
  readonly __typename: string;
  readonly seed: string;
}

/** The ids of entities; few, so that the same ones are met again and again. */
export const ENTITY_IDS: readonly string[] = ['e0', 'e1', 'e2', 'e"3\\'];

const TEXTS = ['plain', '', 'é "quoted" \\ \n', '🦉\u2028', 'x'.repeat(200)];

/**
 * Resolvers for any schema, which need no data: a value is a function of the type, the object, the field and the arguments alone, so whoever is
 * asked for it gives the same. Some values are null, some fail, some are missing where none may be. `api` is the merged schema, which says what may be null;
 * with `tellAll` a null where none may be is an error of its own, for a schema from which non-null types were taken.
 */
export function resolveGenerated(
  schema: GraphQLSchema,
  { api, entities, tellAll = false }: { api: GraphQLSchema; entities: ReadonlySet<string>; tellAll?: boolean },
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isAbstractType(type)) type.resolveType = ({ __typename }: Node) => __typename;
    const promised = api.getType(type.name);
    if (!isObjectType(type) || !isObjectType(promised)) continue;
    for (const field of Object.values(type.getFields())) {
      const own = promised.getFields()[field.name];
      if (!own) continue;
      field.resolve = (source: Node | undefined, args) => {
        const node = source ?? { __typename: type.name, seed: '' };
        if (entities.has(type.name) && field.name === 'id') return node.seed;
        const place = `${node.__typename} ${node.seed} ${field.name} ${JSON.stringify(sorted(args))}`;
        const value = generate(own.type, place, { api, entities });
        return tellAll ? kept(value, own.type) : value;
      };
    }
  }
}

/** The `__resolveReference` functions of entities with the key `id`, for `buildSubgraphSchema`. */
export function generatedReferences(entities: ReadonlySet<string>): Record<string, object> {
  const __resolveReference = ({ __typename, id }: { __typename: string; id: string }): Node => ({
    __typename,
    seed: id,
  });
  return Object.fromEntries([...entities].map((typename) => [typename, { __resolveReference }]));
}

function generate(
  type: GraphQLOutputType,
  place: string,
  world: { readonly api: GraphQLSchema; readonly entities: ReadonlySet<string> },
): unknown {
  const luck = number(`luck ${place}`, 80);
  if (isNonNullType(type)) {
    if (luck === 0) return null;
    return generate(type.ofType, `${place}!`, world) ?? generate(type.ofType, `${place}!!`, world);
  }
  if (luck === 1) return new Error(`failed at ${place}`);
  if (luck < 8 && !place.includes('!')) return null;
  if (isListType(type)) {
    const length = number(`length ${place}`, 4);
    return Array.from({ length }, (_, index) => generate(type.ofType, `${place} ${index}`, world));
  }
  if (!isCompositeType(type)) return leaf(type, place);
  const types = isAbstractType(type) ? world.api.getPossibleTypes(type) : [type];
  const { name } = types[number(`type ${place}`, types.length)] ?? type;
  const seed = world.entities.has(name) ? (ENTITY_IDS[number(`id ${place}`, ENTITY_IDS.length)] ?? '') : place;
  return { __typename: name, seed } satisfies Node;
}

function leaf(type: GraphQLLeafType, place: string): unknown {
  if (isEnumType(type)) {
    const values = type.getValues();
    return values[number(place, values.length)]?.value;
  }
  switch (type.name) {
    case 'Int':
    case 'SafeInt':
      return number(place, 2000) - 1000;
    case 'Float':
      return number(place, 2000) / 16 - 50;
    case 'Boolean':
      return number(place, 2) === 1;
    case 'JSONObject':
      return { b: [number(place, 10), null, { 'k"': TEXTS[number(place, TEXTS.length)] }], a: {} };
    default:
      return TEXTS[number(place, TEXTS.length)];
  }
}

/** A number from 0 up to the limit that follows from the text. */
function number(text: string, limit: number): number {
  return createHash('sha1').update(text).digest().readUInt32BE() % limit;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([name, own]) => [name, sorted(own)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
