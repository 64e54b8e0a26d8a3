import { type DefinitionNode, type DocumentNode, type FragmentDefinitionNode, Kind, visit } from 'graphql';
import { z } from 'zod';
import { addTypename } from './addTypename.ts';
import { RouteShape, StatusesShape, withoutRepetitions } from './apolloManifest.ts';
import { describeIssues } from './describeIssues.ts';
import {
  ManifestError,
  onlyOperation,
  operationId,
  type PersistedOperation,
  parseDocument,
  printBody,
} from './persistedOperation.ts';
import { manifestReaders, parseJson } from './readManifest.ts';

/** A file of a client's folder; the path is the one that messages show. */
export interface ClientFile {
  readonly path: string;
  readonly text: string;
}

/** An operation with the document that it was made of, whose nodes know their places in the files. */
export interface SourcedOperation extends PersistedOperation {
  readonly document: DocumentNode;
}

/** `POST /things`, in short, or what else there is to say of a route. */
const RouteSetting = z.union([
  z
    .string()
    .regex(/^[A-Z]+ \//, 'give a route such as "GET /things/:id"')
    .transform((text) => ({ method: text.slice(0, text.indexOf(' ')), path: text.slice(text.indexOf(' ') + 1) }))
    .pipe(RouteShape),
  RouteShape,
]);

/** The `client.json` of a client's folder. */
const ClientSettings = z.strictObject({
  /** Whether the operations get `__typename` everywhere, which the caches of Apollo Client and urql need. Partners are answered what they ask for and nothing else. */
  addTypename: z.boolean().default(false),
  /** Who may run the operations: kinds of identities (`PARTNER`) and single ones (`PARTNER:acme`). */
  identities: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]*(:.+)?$/, 'give a kind such as PARTNER, or PARTNER:acme'))
    .default([]),
  /** Where operations are served as REST, by their names. */
  routes: z.record(z.string(), RouteSetting).default({}),
  /** The HTTP status for codes of errors of the graph, where they are served as REST. */
  statuses: StatusesShape.default({}),
});
export type ClientSettings = z.infer<typeof ClientSettings>;

/**
 * The persisted operations of one client, from the files of its folder, by name: those of its `*.graphql` files, where fragments may stand in any of them and a file may
 * have several operations, and those of the manifests that its own tools wrote (`manifestReaders`), with the ids that they have there. Throws `ManifestError`.
 */
export function clientManifest(files: readonly ClientFile[]): SourcedOperation[] {
  const settings = readSettings(files);
  const written = files.filter(({ path }) => path.endsWith('.graphql'));
  const definitions = written.flatMap(({ path, text }) => parseDocument(text, path).definitions);
  const fragments = byName(definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION));
  const operations = byName(definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION));
  const used = new Set<string>();
  const own = [...operations.values()].map((operation) => {
    const needed = fragmentsOf(operation, fragments);
    for (const { name } of needed) used.add(name.value);
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...needed] };
    return sourced(settings.addTypename ? addTypename(document) : document, placeOf(operation));
  });
  const unused = [...fragments.values()].find(({ name }) => !used.has(name.value));
  if (unused) throw new ManifestError(`${placeOf(unused)}: no operation uses the fragment "${unused.name.value}".`);
  const foreign = files.flatMap(foreignOperations);
  const all = withoutRepetitions([...own, ...foreign], folderOf(files)).sort(order);
  const { routes } = settings;
  for (const name of Object.keys(routes)) {
    if (!all.some((each) => each.name === name))
      throw new ManifestError(`${folderOf(files)}/client.json: routes.${name}: there is no operation of this name.`);
  }
  return all.map((each) => (Object.hasOwn(routes, each.name) ? { ...each, route: routes[each.name] } : each));
}

function sourced(document: DocumentNode, where: string): SourcedOperation {
  const { name, operation: type } = onlyOperation(document, where);
  const body = printBody(document);
  return { id: operationId(body), body, name: name.value, type, document };
}

function foreignOperations({ path, text }: ClientFile): SourcedOperation[] {
  const read = manifestReaders[path.slice(path.lastIndexOf('/') + 1)];
  if (!read) return [];
  return read(parseJson(text, path), path).map((operation) => ({
    ...operation,
    document: parseDocument(operation.body, `${path}, ${operation.name}`),
  }));
}

/** What a client's `client.json` says, with defaults for the rest. Throws `ManifestError`. */
export function readSettings(files: readonly ClientFile[]): ClientSettings {
  const file = files.find(({ path }) => /(^|\/)client\.json$/.test(path));
  const { success, data, error } = ClientSettings.safeParse(file ? parseJson(file.text, file.path) : {});
  if (!success) throw new ManifestError(`${file?.path}: ${describeIssues(error)}`);
  return data;
}

/** Definitions by name. Throws when one has no name, and when two have the same: a client's code names them, and so do our messages. */
function byName<T extends DefinitionNode & { readonly name?: { readonly value: string } | undefined }>(
  definitions: readonly T[],
): Map<string, T> {
  const found = new Map<string, T>();
  for (const definition of definitions) {
    const name = definition.name?.value;
    if (!name) throw new ManifestError(`${placeOf(definition)}: persisted operations need a name.`);
    const other = found.get(name);
    if (other) {
      throw new ManifestError(`${placeOf(definition)}: there is another "${name}" at ${placeOf(other)}.`);
    }
    found.set(name, definition);
  }
  return found;
}

/** The fragments that an operation uses, also by way of others, each once. */
function fragmentsOf(
  operation: DefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const needed = new Set<FragmentDefinitionNode>();
  const collect = (within: DefinitionNode) => {
    visit(within, {
      FragmentSpread(spread) {
        const fragment = fragments.get(spread.name.value);
        if (!fragment) throw new ManifestError(`${placeOf(spread)}: there is no fragment "${spread.name.value}".`);
        if (needed.has(fragment)) return;
        needed.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return [...needed];
}

function placeOf({ loc }: DefinitionNode | { readonly loc?: DefinitionNode['loc'] }): string {
  return loc ? `${loc.source.name}:${loc.startToken.line}` : 'the document';
}

function folderOf(files: readonly ClientFile[]): string {
  const path = files[0]?.path ?? '';
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) || 'the client';
}

function order(one: PersistedOperation, other: PersistedOperation): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : one.id < other.id ? -1 : 1;
}
