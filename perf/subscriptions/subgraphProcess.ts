// One of the two subgraphs as a process of its own: name and port are its arguments. Says "listening" to the parent.
import { createServer, type IncomingMessage } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import { offerSubgraphs } from './offerSubgraphs.ts';

const KEEP_ALIVE_MS = 600_000;

const [name, port] = process.argv.slice(2);
const subgraph = offerSubgraphs.find((each) => each.name === name);
if (!subgraph) throw new Error(`There is no subgraph "${name}".`);
serve(buildSubgraphSchema([{ typeDefs: parse(subgraph.sdl), resolvers: subgraph.resolvers }]));

function serve(schema: GraphQLSchema): void {
  const answer = createAnswer(schema);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    readBody(request)
      .then(answer)
      .then(
        (json) => response.writeHead(200, { 'content-type': 'application/json' }).end(json),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  server.listen({ host: '127.0.0.1', port: Number(port), backlog: 1024 }, () => process.send?.('listening'));
}

/** The gateway asks with few documents: each is parsed once. */
function createAnswer(schema: GraphQLSchema): (body: string) => Promise<string> {
  const documents = new Map<string, DocumentNode>();
  return async (body) => {
    const { query, variables, operationName } = JSON.parse(body);
    const document = documents.get(query) ?? parse(query, { noLocation: true });
    documents.set(query, document);
    return JSON.stringify(await execute({ schema, document, variableValues: variables, operationName }));
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let body = '';
  for await (const text of request) body += text;
  return body;
}
