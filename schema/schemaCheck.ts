import { parseArgs } from 'node:util';
import { GraphQLError } from 'graphql';
import { checkSchema } from './check/checkSchema.ts';
import { formatReport } from './check/formatReport.ts';
import { CallError, findBase } from './check/gitVersion.ts';
import { SUPERGRAPH_FILE, treeVersion, versionAt } from './check/readVersion.ts';
import { ManifestError } from './manifest/index.ts';

const USAGE = `npm run schema:check [-- --base REF] [--strict] [--json]

  --base    what to compare with; where the branch left origin/main or main unless given
  --strict  any breaking change is an error, also one that no persisted operation uses
  --json    the report as JSON

Says what the working tree's supergraph breaks: of the API schema, and which persisted operations of which client.
Exits with 0 when all of them work, 1 when one would break, 2 when the comparison could not be made.`;

/** `npm run schema:check`, in the project that is the working directory. Answers the exit code. */
function main(): number {
  const { base: ref, strict = false, json = false, help } = readFlags();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const root = process.cwd();
  const tree = treeVersion(root);
  const { commit, description } = findBase(root, ref);
  // Before there was a supergraph nobody could be using it.
  const base = versionAt(root, commit);
  for (const warning of tree.warnings) console.error(`warning  ${warning}`);
  if (!base)
    console.error(`warning  ${description} has no ${SUPERGRAPH_FILE}: the operations are checked by themselves.`);
  const report = checkSchema(base ?? { supergraph: tree.supergraph, clients: new Map() }, tree);
  const ok = report.broken.length === 0 && (!strict || report.breaking.length === 0);
  console.log(json ? JSON.stringify({ ok, base: commit, ...report }, null, 2) : formatReport(report, description));
  if (!ok && report.broken.length === 0) console.error('\nNothing may break (--strict).');
  return ok ? 0 : 1;
}

function readFlags(): { base?: string; strict?: boolean; json?: boolean; help?: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        base: { type: 'string' },
        strict: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new CallError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

try {
  process.exitCode = main();
} catch (error) {
  const expected = error instanceof CallError || error instanceof ManifestError || error instanceof GraphQLError;
  console.error(expected ? error.message : error);
  process.exitCode = 2;
}
