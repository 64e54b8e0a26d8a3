import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../errors/errorCodes.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import type { Logger } from '../log.js';
import type { RequestContext } from '../requestContext.js';
import { readReply, type UnusableReply } from './readReply.js';
import { type SubgraphClient, SubgraphFailure, type SubgraphReply } from './subgraphClient.js';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
}

export interface SubgraphDataSourceOptions {
  readonly client: SubgraphClient;
  readonly mintToken: MintSubgraphToken;
  readonly log: Logger;
}

type ProcessOptions = GraphQLDataSourceProcessOptions;

const failures: Record<UnusableReply | 'timeout' | 'unreachable' | 'aborted', [ErrorCode, (name: string) => string]> = {
  refused: [
    'SUBGRAPH_REFUSED',
    (name) => `The subgraph "${name}" does not accept this gateway. Report the request id.`,
  ],
  unavailable: [
    'SUBGRAPH_UNAVAILABLE',
    (name) => `The subgraph "${name}" cannot answer at the moment. Send the request again in a few seconds.`,
  ],
  unreachable: [
    'SUBGRAPH_UNAVAILABLE',
    (name) => `The subgraph "${name}" cannot be reached at the moment. Send the request again in a few seconds.`,
  ],
  timeout: [
    'SUBGRAPH_TIMEOUT',
    (name) => `The subgraph "${name}" did not answer in time. Ask for less at once, or send the request again later.`,
  ],
  invalid: [
    'SUBGRAPH_INVALID_RESPONSE',
    (name) => `The subgraph "${name}" answered with something that is not GraphQL. Report the request id.`,
  ],
  aborted: ['SUBGRAPH_UNAVAILABLE', (name) => `The request to the subgraph "${name}" was given up.`],
};

/**
 * One subgraph as ApolloGateway's executor sees it: adds the identity's token and the request id, sends, reads the reply. Used in place of Apollo's
 * RemoteGraphQLDataSource, which builds two node-fetch objects a request and puts the subgraph's address and body into its errors.
 */
export class SubgraphDataSource implements GraphQLDataSource {
  constructor(
    private readonly subgraph: Subgraph,
    private readonly options: SubgraphDataSourceOptions,
  ) {}

  async process({ request, context: given, ...rest }: ProcessOptions) {
    const { name, url } = this.subgraph;
    const context = given as unknown as RequestContext;
    const { query = '', variables, operationName } = request;
    const token = await this.options.mintToken(context.identity, name);
    const place = 'pathInIncomingRequest' in rest ? rest.pathInIncomingRequest : undefined;
    const reply = await this.options.client
      .send({
        subgraph: name,
        url,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'x-request-id': context.requestId,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables, operationName }),
        repeatable: !query.startsWith('mutation'),
        signal: context.signal,
      })
      .catch((error: unknown) => {
        if (error instanceof SubgraphFailure) throw this.failed(error.reason, context, { place, cause: error.cause });
        throw error;
      });
    const response = readReply(reply);
    if (typeof response === 'string') throw this.failed(response, context, { place, reply });
    context.changed.push(...response.changed);
    return response as Awaited<ReturnType<GraphQLDataSource['process']>>;
  }

  private failed(
    reason: keyof typeof failures,
    { requestId }: RequestContext,
    { place, reply, cause }: { place: ProcessPath; reply?: SubgraphReply; cause?: unknown },
  ): GraphQLError {
    const { name, url } = this.subgraph;
    const [code, sentence] = failures[reason];
    const facts = { requestId, subgraph: name, url, code, reason, err: cause, ...(reply && { status: reply.status }) };
    if (reason === 'aborted') this.options.log.debug(facts, 'a subgraph request was given up');
    else this.options.log.warn(facts, 'a subgraph request failed');
    return new GraphQLError(sentence(name), { path: knownPath(place), extensions: { code, serviceName: name } });
  }
}

type ProcessPath = readonly unknown[] | undefined;

/** The part of a path in the response that holds for every element: up to the first list. */
function knownPath(place: ProcessPath): string[] | undefined {
  const path: string[] = [];
  for (const step of place ?? []) {
    if (typeof step !== 'string' || step === '@') break;
    path.push(step);
  }
  return path.length > 0 ? path : undefined;
}
