import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Identity } from '../identity/identity.js';
import { readRights, type SchemaRights } from './readRights.js';
import { builtInPolicies, type Policies, satisfies } from './requirement.js';
import { visibleSchema } from './visibleSchema.js';

/** The requirements of a supergraph that an identity does not satisfy; the same object for all identities that lack the same. */
export interface Lacking {
  readonly requirements: ReadonlySet<number>;
}

/** Schemas as identities see them that are kept, one for each combination of what they lack. */
const MOST_SCHEMAS = 16;

/** The rights of a supergraph and who has them. What an identity lacks is found out once. */
export class Rights {
  private readonly ofIdentity = new WeakMap<Identity, Lacking>();
  private readonly byKey = new Map<string, Lacking>();
  private readonly schemas = new LRUCache<string, GraphQLSchema>({ max: MOST_SCHEMAS });

  constructor(
    readonly schemaRights: SchemaRights,
    private readonly policies: Policies,
  ) {}

  lackedBy(identity: Identity): Lacking {
    let lacking = this.ofIdentity.get(identity);
    if (!lacking) {
      const requirements = this.schemaRights.requirements.flatMap((requirement, index) =>
        satisfies(identity, requirement, this.policies) ? [] : [index],
      );
      const key = requirements.join();
      lacking = this.byKey.get(key) ?? { requirements: new Set(requirements) };
      this.byKey.set(key, lacking);
      this.ofIdentity.set(identity, lacking);
    }
    return lacking;
  }

  /** The schema without what requires something of these. */
  visibleTo(lacked: readonly number[], schema: GraphQLSchema): GraphQLSchema {
    if (lacked.length === 0) return schema;
    const key = lacked.join();
    const known = this.schemas.get(key) ?? visibleSchema(schema, this.schemaRights, new Set(lacked));
    this.schemas.set(key, known);
    return known;
  }
}

/** The rights that a supergraph's text has; undefined where it has none. */
export function rightsOf(sdl: string, policies: Policies = builtInPolicies): Rights | undefined {
  const read = readRights(sdl);
  return read && new Rights(read, policies);
}

/** How what a caller may not have is answered. */
export interface AccessRules {
  /** `cut`: it is null, with an error for each path; `refuse`: so is the whole operation refused. */
  readonly rightsMode: 'cut' | 'refuse';
  /** The scope that introspection takes; undefined: everybody may. */
  readonly introspectionScope: string | undefined;
  /** Whether the errors of operations that do not fit the schema keep quiet of what there is under similar names. */
  readonly hideSuggestions: boolean;
}

/** What asking for the schema takes where it takes something. */
export const INTROSPECTION_SCOPE = 'introspection:read';

export const OPEN_ACCESS: AccessRules = { rightsMode: 'cut', introspectionScope: undefined, hideSuggestions: false };

/** Whether somebody may ask for the schema. */
export function mayIntrospect({ scopes }: Identity, { introspectionScope }: AccessRules): boolean {
  return introspectionScope === undefined || scopes.includes(introspectionScope);
}
