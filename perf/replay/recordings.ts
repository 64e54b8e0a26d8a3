import { execute, type GraphQLSchema, parse } from 'graphql';

/** So many answers are kept of a subgraph; those of a run with ten thousand operations must not fill the machine. */
const MOST_ANSWERS = 30_000;

/**
 * What a subgraph has answered, by the request's body. A body that was not seen before is executed for real by graphql-js, whatever the gateway made of the client's
 * operation, and from then on answered from memory.
 */
export class Recordings {
  /** How many requests came, and how many of them had to be executed. */
  requests = 0;
  recorded = 0;
  private readonly answers = new Map<string, Buffer>();
  private readonly schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** The whole HTTP response; undefined if it has to be recorded first. */
  find(body: string): Buffer | undefined {
    this.requests += 1;
    return this.answers.get(body);
  }

  async record(body: string): Promise<Buffer> {
    const answer = responseOf(await this.run(Buffer.from(body, 'latin1').toString('utf8')));
    if (this.answers.size >= MOST_ANSWERS) this.answers.delete(this.answers.keys().next().value ?? '');
    this.answers.set(body, answer);
    this.recorded += 1;
    return answer;
  }

  private async run(json: string): Promise<string> {
    const { query, variables, operationName } = JSON.parse(json);
    const result = await execute({
      schema: this.schema,
      document: parse(query, { noLocation: true }),
      variableValues: variables,
      operationName,
    });
    // A subgraph that fails would be a measurement of errors.
    if (result.errors) throw new Error(`A subgraph could not answer ${json}:\n${result.errors.join('\n')}`);
    return JSON.stringify(result);
  }
}

function responseOf(json: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(json)}\r\nconnection: keep-alive\r\nkeep-alive: timeout=600\r\n\r\n${json}`,
  );
}
