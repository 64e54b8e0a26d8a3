import { type ConstDirectiveNode, type DocumentNode, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** The directives by which a supergraph says what its types and fields require. */
export type RightsDirective = 'authenticated' | 'requiresScopes' | 'policy';

const IDENTITY = /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\/v\d+\.\d+$/;

/** What a supergraph calls the directives of rights and what belongs to them. */
export interface RightsLinks {
  /** Name in the supergraph, without `@` → directive. */
  readonly directives: ReadonlyMap<string, RightsDirective>;
  /** Whether a type belongs to one of the features. */
  ownsType(name: string): boolean;
  /** Whether it is the `@link` of one of the features. */
  isLink(directive: ConstDirectiveNode): boolean;
}

interface Link {
  readonly feature: RightsDirective;
  readonly as: string;
  /** Name in the specification → name in the supergraph, `@` included. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Whether a supergraph's text may have rights in it: a scan, so that one without any is not parsed for them. */
export function mentionsRights(sdl: string): boolean {
  return /specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\//.test(sdl);
}

/** Reads the supergraph's `@link`s of rights: a directive is called as the link imports it, else as the feature, which `as:` may rename. */
export function readRightsLinks(document: DocumentNode): RightsLinks {
  const links = document.definitions.flatMap((each) =>
    each.kind === Kind.SCHEMA_DEFINITION || each.kind === Kind.SCHEMA_EXTENSION
      ? (each.directives ?? []).flatMap((directive) => readLink(directive) ?? [])
      : [],
  );
  const directives = new Map<string, RightsDirective>();
  const types = new Set<string>();
  for (const { feature, as, imports } of links) {
    directives.set(imports.get(`@${feature}`)?.slice(1) ?? as, feature);
    for (const [name, given] of imports) if (!name.startsWith('@')) types.add(given);
  }
  return {
    directives,
    ownsType: (name) => types.has(name) || links.some(({ as }) => name.startsWith(`${as}__`)),
    isLink: (directive) => readLink(directive) !== undefined,
  };
}

function readLink(directive: ConstDirectiveNode): Link | undefined {
  const given = new Map<string, ValueNode>(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, value] as const),
  );
  const url = given.get('url') ?? given.get('feature');
  const feature = url?.kind === Kind.STRING ? IDENTITY.exec(url.value)?.[1] : undefined;
  if (feature === undefined) return undefined;
  const as = given.get('as');
  const listed = given.get('import');
  const imports: unknown = listed && valueFromASTUntyped(listed);
  return {
    feature: feature as RightsDirective,
    as: as?.kind === Kind.STRING ? as.value : feature,
    imports: new Map(Array.isArray(imports) ? imports.map(readImport) : []),
  };
}

function readImport(item: unknown): [string, string] {
  if (typeof item === 'string') return [item, item];
  const { name, as } = item as { name: string; as?: string };
  return [name, as ?? name];
}
