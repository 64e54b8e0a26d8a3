import {
  type ArgumentNode,
  buildASTSchema,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';

/** Which field with which arguments a field that was made up stands for. */
export interface StandIn {
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
}

/** Finds names for the ways in which fields are asked for: a name and a set of arguments each. */
export class StandInNames {
  readonly standIns = new Map<string, StandIn>();
  /** Field → printed arguments → stand-in. */
  private readonly ways = new Map<string, Map<string, string>>();
  private mark = '__required';

  constructor(document: DocumentNode) {
    const taken = new Set<string>();
    visit(document, { FieldDefinition: ({ name }) => void taken.add(name.value) });
    while ([...taken].some((name) => name.includes(this.mark))) this.mark += '_';
  }

  add(field: FieldNode): undefined {
    const name = field.name.value;
    const ways = this.ways.get(name) ?? new Map<string, string>();
    this.ways.set(name, ways);
    const way = printed(field);
    if (ways.has(way)) return;
    const standIn = `${name}${this.mark}_${ways.size}`;
    ways.set(way, standIn);
    this.standIns.set(standIn, { name, arguments: field.arguments ?? [] });
  }

  /** Forgets the fields that are asked for in one way only. */
  keepSeveral(): void {
    for (const [name, ways] of this.ways) {
      if (ways.size > 1) continue;
      this.ways.delete(name);
      for (const standIn of ways.values()) this.standIns.delete(standIn);
    }
  }

  of(field: FieldNode): string | undefined {
    return this.ways.get(field.name.value)?.get(printed(field));
  }
}

function printed({ arguments: given = [] }: FieldNode): string {
  return given
    .map((each) => print(each))
    .sort()
    .join(', ');
}

/** The schema that clients see, without the fields that were made up. */
export function withoutStandIns(schema: GraphQLSchema, standIns: ReadonlyMap<string, StandIn>): GraphQLSchema {
  if (standIns.size === 0) return schema;
  const document = parse(printSchema(schema), { noLocation: true });
  return buildASTSchema(
    visit(document, { FieldDefinition: ({ name }) => (standIns.has(name.value) ? null : undefined) }),
    { assumeValid: true },
  );
}
