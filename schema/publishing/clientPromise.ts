import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLError, validate } from 'graphql';
import type { StoredManifest } from '../clients/storedClients.ts';
import { writeApolloManifest } from '../manifest/apolloManifest.ts';
import { type ClientFile, clientManifest, readSettings, type SourcedOperation } from '../manifest/clientManifest.ts';
import { ManifestError } from '../manifest/persistedOperation.ts';
import { MANIFEST_FILE, OPERATIONS_FOLDER } from '../manifest/readClients.ts';
import { CommandFailed } from './commandFailed.ts';

const SUPERGRAPH_FILE = 'schema/supergraph.graphql';

/** What stands in a client's folder, to be published. Throws `CommandFailed` when it cannot be read, or when the manifest is not the one that the folder makes. */
export function clientPromise(
  client: string,
  files: readonly ClientFile[],
): { readonly manifest: StoredManifest; readonly sources: readonly SourcedOperation[] } {
  try {
    const sources = clientManifest(files);
    const written = files.find(({ path }) => path.endsWith(`/${MANIFEST_FILE}`));
    if (written?.text !== writeApolloManifest(sources)) {
      const path = `${OPERATIONS_FOLDER}/${client}/${MANIFEST_FILE}`;
      throw new CommandFailed(
        `${path} is out of date: run "npm run operations -- manifest", look at it and commit it.`,
      );
    }
    const { identities, statuses } = readSettings(files);
    const operations = sources.map(({ document: _, ...operation }) => operation);
    return { manifest: { client, identities, operations, statuses }, sources };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new CommandFailed(error.message, 1, { cause: error });
  }
}

/** Validates operations against what clients see of the project's supergraph. Throws `CommandFailed` with everything that does not fit. */
export async function checkAgainstSupergraph(root: string, sources: readonly SourcedOperation[]): Promise<void> {
  // Only who checks pays for loading the federation's library.
  const { apiSchemaOf } = await import('../check/apiSchema.ts');
  const { schema } = apiSchemaOf(readFileSync(join(root, SUPERGRAPH_FILE), 'utf8'));
  const faults = sources.flatMap(({ name, document }) =>
    validate(schema, document).map((fault) => `  ${placeOf(fault) ?? name}  ${fault.message}`),
  );
  if (faults.length === 0) return;
  throw new CommandFailed(`These operations do not fit ${SUPERGRAPH_FILE}:\n${faults.join('\n')}`);
}

function placeOf({ source, locations }: GraphQLError): string | undefined {
  const [place] = locations ?? [];
  return source && place && `${source.name}:${place.line}:${place.column}`;
}
