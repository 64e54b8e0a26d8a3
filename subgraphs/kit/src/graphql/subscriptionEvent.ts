import { ArgsType, Directive, Field, InterfaceType, type PubSub, Subscription } from 'type-graphql';
import { DomainError } from '../errors.js';
import { DateTime } from './scalars.js';

/** What every event of a subscription has. A type that implements it adds one nullable field of an entity type, which the gateway completes. */
// Registered by itself, it would bring the events of every subgraph that is loaded in the process into the schema of each.
@InterfaceType({
  description:
    'An event of a subscription. `kind` says what happened; what it happened to stands in a field of its own, as it is now, and is null for the kinds GAP and START.',
  autoRegisterImplementations: false,
})
export abstract class SubscriptionEvent {
  @Field(() => String, {
    description: 'Where the event stands; as the argument `after` it lets a subscription go on behind it.',
  })
  cursor: string;

  @Field(() => String, {
    description:
      'What happened. GAP: events before this one are not kept any more; read the present state once. START: the answer to `after: ""`, which asks for the cursor of now.',
  })
  kind: string;

  // The gateway reads it from the message.
  @Field(() => DateTime, { nullable: true, description: 'When it happened; null for GAP and START.' })
  occurredAt: Date | null;
}

/** The arguments that every live field has. */
@ArgsType()
export class LiveArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last event that was seen: those after it come first, then the live ones. Empty: begin now, with an event START that has the cursor of it.',
  })
  after?: string | null;
}

export interface LiveFieldOptions {
  /** Which messages: literals, `*`, `{identity.sub}` or `{args.<name>}`, joined by dots. */
  readonly subject: string;
  /** `<path in the message> = args.<path>`: the message's value equals the argument or is in it; an argument that is not given restricts nothing. */
  readonly filter?: readonly string[];
  readonly description: string;
}

/**
 * A root field of Subscription whose events the gateway takes from NATS by itself (the directive `@eventSource`): this subgraph is asked for the entity of each
 * event only, as the subscriber, and withholds it by answering null.
 */
export function LiveField(event: () => new () => SubscriptionEvent, options: LiveFieldOptions): MethodDecorator {
  const { subject, filter, description } = options;
  const args = [`subject: ${JSON.stringify(subject)}`, ...(filter ? [`filter: ${JSON.stringify(filter)}`] : [])];
  const field = Subscription(event, { description, subscribe: servedByGateway });
  const source = Directive(`@eventSource(${args.join(', ')})`);
  return (target, key, descriptor) => {
    field(target, key, descriptor);
    source(target, key, descriptor);
  };
}

/** What a live field answers when somebody asks a subgraph for it. */
export function servedByGateway(): never {
  throw new DomainError(
    'SUBSCRIBE_AT_GATEWAY',
    'Subscriptions are served by the gateway, not by its subgraphs: send the operation to its /graphql, by WebSocket or SSE.',
  );
}

/** type-graphql wants one as soon as there is a subscription; nothing ever goes through it. */
export const noPubSub: PubSub = { publish: servedByGateway, subscribe: servedByGateway };

/** Puts the directive into the supergraph. Goes into each subgraph's SDL, since every link to it has to be the same. */
export const EVENT_SOURCE_LINK = `extend schema
  @link(url: "https://leadgraph.example/event-source/v1.0", import: ["@eventSource"])
  @composeDirective(name: "@eventSource")

directive @eventSource(subject: String!, filter: [String!]) on FIELD_DEFINITION`;
