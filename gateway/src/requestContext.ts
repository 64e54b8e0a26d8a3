import type { Identity } from './identity/identity.js';

/** An entity that a mutation changed, as subgraphs report it in `extensions.changed`. */
export interface ChangedEntity {
  readonly __typename: string;
  readonly key: string;
  readonly version: number;
}

/** Personal data of an entity that a subgraph has answered unmasked, as it reports it in `extensions.disclosed`. */
export interface DisclosedEntity {
  readonly __typename: string;
  readonly key: string;
  /** Which of its personal fields. */
  readonly fields: readonly string[];
}

/**
 * Whether somebody still waits for an answer. States: waiting → cancelled. An AbortSignal would do, at ten times the cost of a request that nobody cancels.
 */
export class Cancellation {
  private hooks: (() => void)[] = [];
  private done = false;

  get cancelled(): boolean {
    return this.done;
  }

  /** Calls the hook when the request is cancelled; `unhook` it when what it would give up is over. */
  hook(onCancel: () => void): void {
    this.hooks.push(onCancel);
  }

  unhook(onCancel: () => void): void {
    const at = this.hooks.lastIndexOf(onCancel);
    if (at >= 0) this.hooks.splice(at, 1);
  }

  cancel(): void {
    if (this.done) return;
    this.done = true;
    const { hooks } = this;
    this.hooks = [];
    for (const hook of hooks) hook();
  }
}

/** What travels with one request from the HTTP route to the subgraphs. */
export interface RequestContext {
  readonly requestId: string;
  readonly identity: Identity;
  /** Where it came from, for limits. */
  readonly address?: string | undefined;
  /** The public prefix of the key by which the client has authenticated itself, for records. */
  readonly keyPrefix?: string | undefined;
  /** The request's headers that rules may forward, by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Cancelled when nobody waits for the answer of a query any more. Mutations are finished once begun. */
  readonly cancellation: Cancellation;
  /** Names what has happened that the answer has to show, such as an event: fetches in flight of others that need not are not joined. */
  readonly since?: string | undefined;
  /** Whether nothing that was kept may be in the answer. What is fetched for it is kept. */
  readonly noCache?: boolean | undefined;
  /** Collected from the subgraphs' responses. */
  readonly changed: ChangedEntity[];
  /** The same; not there until a subgraph has disclosed something. What is answered takes it away. */
  disclosed?: DisclosedEntity[] | undefined;
}

/** Keeps what a subgraph has disclosed for the answer that it goes into. */
export function collectDisclosed(context: RequestContext, disclosed: readonly DisclosedEntity[] | undefined): void {
  if (!disclosed) return;
  context.disclosed ??= [];
  for (const entity of disclosed) context.disclosed.push(entity);
}

/** What has been disclosed since the last part of the answer. */
export function takeDisclosed(context: RequestContext): readonly DisclosedEntity[] | undefined {
  const { disclosed } = context;
  if (disclosed) context.disclosed = undefined;
  return disclosed;
}
