import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { CompiledSubscription } from '../compile/compilePlan.js';
import { AFTER, EVENT_INTERFACE } from '../compile/eventSources.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type {
  SubgraphSubscriptionFollower,
  SubgraphSubscriptionRequest,
} from '../eventSource/subgraphSubscriptions/subgraphSubscription.js';
import type { SubgraphSubscriptions } from '../eventSource/subgraphSubscriptions/subgraphSubscriptions.js';
import type { SubgraphResponse } from '../subgraph/readReply.js';
import type { Feed } from './feed.js';
import { GAP, runOwnEvent, runSubgraphEvent } from './runEvent.js';

/** What the gateway asks for besides what the client has selected, to go on after the last event when the subgraph has been away. */
const CURSOR = 'leadgraph__cursor';
const AFTER_VARIABLE = 'leadgraph__after';

/** The events of a subgraph's own subscription for a feed. */
export class SubgraphSource implements SubgraphSubscriptionFollower {
  private cursor: string | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly subscriptions: SubgraphSubscriptions,
    private readonly headersFor: (subgraph: string) => string,
    private readonly counts: { events: number; gaps: number },
  ) {}

  /** Begins after a cursor of the subgraph's, or now. Throws `RequestRefused` INVALID_CURSOR where the transport gives one that there is no argument for. */
  start(after: string | undefined): void {
    const { feed } = this;
    const { subscription, schema } = this.planned();
    const { subgraph, node } = subscription.primary;
    const { variables, context } = feed.request;
    const given = Object.fromEntries(
      (node.variableUsages ?? [])
        .filter((name) => Object.hasOwn(variables, name))
        .map((name) => [name, variables[name]]),
    );
    const resumable = withCursor(subscription, schema);
    if (feed.request.after !== undefined && !resumable)
      throw new RequestRefused('INVALID_CURSOR', 'The events of this field have no cursors: subscribe without one.');
    const variablesAfter = (cursor: string) => (resumable ? { ...given, [resumable.variable]: cursor } : given);
    const request: SubgraphSubscriptionRequest = {
      subgraph: subgraph.name,
      url: subgraph.url,
      query: resumable?.query ?? node.operation,
      operationName: node.operationName,
      variables: after === undefined ? given : variablesAfter(after),
      identity: context.identity,
      headers: this.headersFor(subgraph.name),
      resume: resumable && {
        after,
        cursorOf: (data) => cursorIn(data[subscription.selection.rootName]),
        variablesAfter,
      },
    };
    feed.begin();
    const running = this.subscriptions.subscribe(request, this);
    feed.signal.addEventListener('abort', () => running.stop(), { once: true });
  }

  next(response: SubgraphResponse): Promise<void> | void {
    this.counts.events += 1;
    const cursor = cursorIn(response.data?.[this.planned().subscription.selection.rootName]);
    this.cursor = cursor ?? this.cursor;
    return this.feed.handle({
      position: undefined,
      cursor,
      occurredAt: undefined,
      run: (call) => runSubgraphEvent(response, cursor, call),
    });
  }

  gap(): Promise<void> | void {
    this.counts.gaps += 1;
    const { subscription, schema } = this.planned();
    const { cursor } = this;
    const type = getNamedType(schema.getSubscriptionType()?.getFields()[subscription.selection.field]?.type);
    const isEvent = isObjectType(type) && type.getInterfaces().some(({ name }) => name === EVENT_INTERFACE);
    if (!isEvent) {
      const message = 'The subgraph was away: events before this may be missing.';
      return this.tell([
        { message, extensions: { code: 'SUBSCRIPTION_GAP', serviceName: subscription.primary.subgraph.name } },
      ]);
    }
    const run: Parameters<Feed['handle']>[0]['run'] = (call) => runOwnEvent(GAP, cursor ?? '', call);
    return this.feed.handle({ position: undefined, cursor, occurredAt: undefined, run });
  }

  complete(): void {
    this.feed.finishLater();
  }

  failed(errors: readonly GraphQLFormattedError[]): void {
    this.tell(errors);
    this.feed.finishLater();
  }

  lost(reason: 'slow' | 'gone'): void {
    const message = reason === 'slow' ? 'Events come faster than they can be completed.' : 'The subgraph is away.';
    this.feed.finish('INTERRUPTED', `${message} Subscribe again.`);
  }

  private tell(errors: readonly GraphQLFormattedError[]): Promise<void> | void {
    const json = `{"errors":${JSON.stringify(errors)},"data":null}`;
    const codes = errors.map(({ extensions }) => String(extensions?.code));
    return this.feed.handle({
      position: undefined,
      cursor: undefined,
      occurredAt: undefined,
      run: () => ({ kind: 'written', json, codes }),
    });
  }

  private planned(): { subscription: CompiledSubscription; schema: GraphQLSchema } {
    const { variant } = this.feed.operation;
    if (!variant.plan.subscription) throw new Error('a plan without a subscription');
    return { subscription: variant.plan.subscription, schema: variant.facts.apiSchema };
  }
}

function cursorIn(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  const { [CURSOR]: cursor } = event as Record<string, unknown>;
  return typeof cursor === 'string' ? cursor : undefined;
}

/** The subgraph's operation with its events' cursor selected and a variable that says after which to begin; undefined where the field or its events do not have these. */
function withCursor(
  { primary, selection }: CompiledSubscription,
  schema: GraphQLSchema,
): { readonly query: string; readonly variable: string } | undefined {
  const field = schema.getSubscriptionType()?.getFields()[selection.field];
  const type = getNamedType(field?.type);
  const resumable = field?.args.some(({ name, type: given }) => name === AFTER && String(given) === 'String');
  if (
    !resumable ||
    !(isObjectType(type) || isInterfaceType(type)) ||
    String(type.getFields().cursor?.type) !== 'String!'
  )
    return undefined;
  const document = parse(primary.node.operation, { noLocation: true });
  const name = (value: string) => ({ kind: Kind.NAME as const, value });
  const variable = { kind: Kind.VARIABLE as const, name: name(AFTER_VARIABLE) };
  const root = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  )?.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD) return undefined;
  const given = root.arguments?.find((argument) => argument.name.value === AFTER);
  // The client's own variable does for ours.
  const own = given?.value.kind === Kind.VARIABLE ? given.value.name.value : undefined;
  const after: ArgumentNode = { kind: Kind.ARGUMENT, name: name(AFTER), value: variable };
  const cursor: SelectionNode = { kind: Kind.FIELD, alias: name(CURSOR), name: name('cursor') };
  const extended: FieldNode = {
    ...root,
    arguments: own ? (root.arguments ?? []) : [...(root.arguments ?? []).filter((each) => each !== given), after],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(root.selectionSet?.selections ?? []), cursor],
    },
  };
  const definition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable,
    type: { kind: Kind.NAMED_TYPE, name: name('String') },
    ...(given && !own && given.value.kind === Kind.STRING && { defaultValue: given.value }),
  };
  const definitions = document.definitions.map((each) =>
    each.kind !== Kind.OPERATION_DEFINITION
      ? each
      : {
          ...each,
          variableDefinitions: own
            ? (each.variableDefinitions ?? [])
            : [...(each.variableDefinitions ?? []), definition],
          selectionSet: { ...each.selectionSet, selections: [extended] },
        },
  );
  return { query: print({ ...document, definitions }), variable: own ?? AFTER_VARIABLE };
}
