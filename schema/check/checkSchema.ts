import {
  type BreakingChange,
  type DangerousChange,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLError,
  specifiedScalarTypes,
  validate,
} from 'graphql';
import type { SourcedOperation } from '../manifest/clientManifest.ts';
import type { PersistedOperation } from '../manifest/index.ts';
import { parseDocument } from '../manifest/persistedOperation.ts';
import { type ApiSchema, apiSchemaOf } from './apiSchema.ts';
import { changedCoordinate } from './changedCoordinate.ts';
import { coordinatesOf } from './coordinatesOf.ts';
import { findResponseChanges } from './findResponseChanges.ts';
import { usedCoordinates } from './usedCoordinates.ts';

/** A persisted operation; the document is there when the files that it was made of are, and then its nodes know their places in them. */
export type CheckedOperation = PersistedOperation & { readonly document?: SourcedOperation['document'] | undefined };

/** What is compared: a supergraph's SDL, and the clients' manifests, by client. */
export interface Version {
  readonly supergraph: string;
  readonly clients: ReadonlyMap<string, readonly CheckedOperation[]>;
}

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why an operation does not work any more, or works differently. */
export interface Problem extends Place {
  readonly message: string;
}

export interface OperationName {
  readonly client: string;
  readonly name: string;
  readonly id: string;
}

export interface OperationVerdict extends OperationName {
  readonly type: PersistedOperation['type'];
  /** Whether the working tree's manifest still has it. What it has not may still be called by clients that are out. */
  readonly inTree: boolean;
  readonly inBase: boolean;
  readonly problems: readonly Problem[];
}

export interface SchemaChange {
  readonly type: string;
  readonly description: string;
}

export interface BreakingSchemaChange extends SchemaChange {
  /** The schema coordinate of what has changed. */
  readonly coordinate: string;
  /** What the supergraph knows of it beyond the API schema: whose field it was, and whether it is only hidden. */
  readonly note?: string | undefined;
  /** The persisted operations that use what has changed, whether they still work or not. */
  readonly operations: readonly OperationName[];
}

export interface RightsChange {
  readonly coordinate: string;
  /** The directives, such as `@requiresScopes(scopes: [["a"]])`; empty where nothing was needed. */
  readonly from: string;
  readonly to: string;
  readonly operations: readonly OperationName[];
}

export interface SchemaReport {
  /** Operations that worked with the base's schema, or are new, and do not, or not in the same way, with the working tree's. */
  readonly broken: readonly OperationVerdict[];
  /** Operations that do not fit the base's schema either. */
  readonly brokenBefore: readonly OperationVerdict[];
  readonly breaking: readonly BreakingSchemaChange[];
  /** What may surprise a client that is written carelessly, such as a new value of an enum. */
  readonly dangerous: readonly SchemaChange[];
  /** Schema coordinates of new types, fields, arguments and values. */
  readonly added: readonly string[];
  /** Fields that another subgraph serves now; clients see no difference. */
  readonly moved: readonly {
    readonly coordinate: string;
    readonly from: readonly string[];
    readonly to: readonly string[];
  }[];
  /** What callers need other rights for than before. Whether that breaks an operation depends on who calls it. */
  readonly rights: readonly RightsChange[];
  /** How many operations were looked at. */
  readonly operations: number;
}

/**
 * Compares two versions of the graph: what of the API schema changed, and which persisted operations, of the base's manifests (clients that are out) and the tree's, do
 * not work any more. An operation is broken when the tree's schema refuses it, and when its answers or the variables that it may send change in a way that the types
 * of its client do not foresee (`findResponseChanges`). Throws a GraphQL error when a supergraph is none.
 */
export function checkSchema(base: Version, tree: Version): SchemaReport {
  const before = apiSchemaOf(base.supergraph);
  const after = apiSchemaOf(tree.supergraph);
  const operations = allOperations(base, tree);
  const verdicts = operations.map((operation) => judge(operation, before, after));
  const used = operations.map((operation) => ({
    operation,
    coordinates: usedCoordinates(before.schema, operation.document),
  }));
  const visible = coordinatesOf(after.schema);
  const usersOf = (coordinate: string, withMembers = false) =>
    used
      .filter(
        ({ coordinates }) =>
          coordinates.has(coordinate) ||
          (withMembers && [...coordinates].some((each) => each.startsWith(`${coordinate}.`))),
      )
      .map(({ operation: { client, name, id } }) => ({ client, name, id }));
  return {
    broken: verdicts.filter(({ verdict }) => verdict === 'broken').map(({ report }) => report),
    brokenBefore: verdicts.filter(({ verdict }) => verdict === 'brokenBefore').map(({ report }) => report),
    breaking: findBreakingChanges(before.schema, after.schema).flatMap((change) => {
      const changed = changedCoordinate(change);
      // graphql tells as well that a standard scalar is used by nothing any more; whoever used it is told by what else has changed.
      if (specifiedScalarTypes.some(({ name }) => name === changed.coordinate)) return [];
      return {
        ...plain(change),
        coordinate: changed.coordinate,
        note: noteOf(changed.coordinate, before, after, visible),
        operations: usersOf(changed.users),
      };
    }),
    dangerous: findDangerousChanges(before.schema, after.schema).map(plain),
    added: difference(visible, coordinatesOf(before.schema)),
    moved: movedFields(before, after),
    rights: changedRights(before, after).map((change) => ({ ...change, operations: usersOf(change.coordinate, true) })),
    operations: operations.length,
  };
}

type Operation = CheckedOperation & {
  readonly document: SourcedOperation['document'];
  readonly client: string;
  readonly inBase: boolean;
  readonly inTree: boolean;
};

/** Those of both versions, each once, by client and name. */
function allOperations(base: Version, tree: Version): Operation[] {
  const found = new Map<string, Operation>();
  for (const [version, inTree] of [
    [tree, true],
    [base, false],
  ] as const) {
    for (const [client, operations] of version.clients) {
      for (const operation of operations) {
        const key = JSON.stringify([client, operation.id]);
        const earlier = found.get(key);
        if (earlier) found.set(key, { ...earlier, inBase: true });
        else found.set(key, { ...operation, document: documentOf(client, operation), client, inTree, inBase: !inTree });
      }
    }
  }
  return [...found.values()].sort((one, other) =>
    `${one.client}\n${one.name}` < `${other.client}\n${other.name}` ? -1 : 1,
  );
}

function documentOf(client: string, { document, body, name }: CheckedOperation): SourcedOperation['document'] {
  return document ?? parseDocument(body, `${client}/${name} (body in its manifest)`);
}

function judge(
  { client, name, id, type, inTree, inBase, document }: Operation,
  before: ApiSchema,
  after: ApiSchema,
): { readonly verdict: 'works' | 'broken' | 'brokenBefore'; readonly report: OperationVerdict } {
  const report = (problems: readonly Problem[]) => ({ client, name, id, type, inTree, inBase, problems });
  const refused = validate(after.schema, document);
  const worked = inBase && validate(before.schema, document).length === 0;
  if (refused.length > 0) {
    return { verdict: inBase && !worked ? 'brokenBefore' : 'broken', report: report(refused.map(problemOf)) };
  }
  const changes = worked ? findResponseChanges(before.schema, after.schema, document).map(problemOf) : [];
  return { verdict: changes.length > 0 ? 'broken' : 'works', report: report(changes) };
}

function problemOf({ message, nodes, locations, source }: GraphQLError): Problem {
  const loc = nodes?.[0]?.loc;
  const place = loc ? { line: loc.startToken.line, column: loc.startToken.column } : locations?.[0];
  return {
    message,
    file: loc?.source.name ?? source?.name ?? '',
    line: place?.line ?? 1,
    column: place?.column ?? 1,
  };
}

function plain({ type, description }: BreakingChange | DangerousChange): SchemaChange {
  return { type, description };
}

function noteOf(
  coordinate: string,
  before: ApiSchema,
  after: ApiSchema,
  visible: ReadonlySet<string>,
): string | undefined {
  const [member = ''] = coordinate.split('(');
  const served = before.subgraphsOf.get(member);
  const still = after.subgraphsOf.get(member);
  if (!served) return undefined;
  if (!still) return `it was in ${served.join(', ')}`;
  return visible.has(member)
    ? `it is in ${still.join(', ')}`
    : `${still.join(', ')} still has it, but hides it: @inaccessible`;
}

function movedFields(before: ApiSchema, after: ApiSchema): SchemaReport['moved'] {
  const fields = coordinatesOf(before.schema);
  return [...before.subgraphsOf].flatMap(([coordinate, from]) => {
    const to = after.subgraphsOf.get(coordinate);
    if (!to || !coordinate.includes('.') || !fields.has(coordinate) || from.join() === to.join()) return [];
    return [{ coordinate, from, to }];
  });
}

/** Of what was there before and still is. */
function changedRights(before: ApiSchema, after: ApiSchema): Omit<RightsChange, 'operations'>[] {
  return [...before.subgraphsOf.keys()].flatMap((coordinate) => {
    if (!after.subgraphsOf.has(coordinate)) return [];
    const [from = '', to = ''] = [before.rightsOf.get(coordinate), after.rightsOf.get(coordinate)];
    return from === to ? [] : [{ coordinate, from, to }];
  });
}

function difference(these: ReadonlySet<string>, without: ReadonlySet<string>): string[] {
  return [...these].filter((each) => !without.has(each));
}
