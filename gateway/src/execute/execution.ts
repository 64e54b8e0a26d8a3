import type { GraphQLFormattedError } from 'graphql';
import type { FetchRoute } from '../compile/fetchRoute.js';
import { objectsAt, replaceAt } from '../compile/responsePath.js';
import type { Subtypes } from '../compile/supergraphFacts.js';
import type { RequestContext } from '../requestContext.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import type { Trace } from './trace.js';

/** Facts about the data that all parts of an execution share. (Maps are made when needed: a small query had five that stayed empty.) */
interface DataFacts {
  /** No body so far held a backslash: no string in the data needs escaping. */
  plain: boolean;
  /** Some object stands in several places of the data. */
  aliased: boolean;
  /** The places of fetches that have found their objects and not been merged. */
  readonly underWay: string[];
  /** The objects that have been found, by route. */
  readonly found: (readonly object[] | undefined)[];
  /** Those who wait for fetches, by id. */
  finished: Map<string, PromiseWithResolvers<void>> | undefined;
}

/** The state of one execution of an operation, from its first fetch to its response. Deferred parts have one of their own over the same data. */
export class Execution {
  readonly errors: GraphQLFormattedError[] = [];
  /** Results of fetches that the plan has several times, by body. */
  repeated: Map<string, Promise<FetchResult>> | undefined;
  private variableJson: Map<string, string> | undefined;

  constructor(
    readonly data: Record<string, unknown>,
    readonly variables: Readonly<Record<string, unknown>>,
    readonly context: RequestContext,
    readonly trace: Trace | undefined,
    readonly facts: DataFacts = { plain: true, aliased: false, underWay: [], found: [[data]], finished: undefined },
  ) {}

  /** An execution that goes on with the same data and collects errors of its own. */
  fork(): Execution {
    return new Execution(this.data, this.variables, this.context, this.trace, this.facts);
  }

  /** The objects at the end of a route. */
  objectsAt({ id, starts }: FetchRoute, subtypes: Subtypes): readonly object[] {
    const { found, aliased } = this.facts;
    for (const start of starts) {
      const from = found[start.id];
      if (!from) continue;
      if (start.steps.length === 0) return from;
      const objects = objectsAt(from, start.steps, subtypes, aliased);
      found[id] = objects;
      return objects;
    }
    return [];
  }

  /** Puts others in the place of some of the objects at the end of a route. */
  replaceAt({ id, starts, below }: FetchRoute, subtypes: Subtypes, replacements: ReadonlyMap<object, object>): void {
    const { found } = this.facts;
    for (const start of starts) {
      const from = start.steps.length > 0 && found[start.id];
      if (!from) continue;
      replaceAt(from, start.steps, subtypes, replacements);
      break;
    }
    this.forgetFound(below);
    found[id] = found[id]?.filter((object) => !replacements.has(object));
    this.facts.aliased = true;
  }

  /** What has been found on these routes may be something else now. */
  forgetFound(routes: readonly number[]): void {
    for (const route of routes) this.facts.found[route] = undefined;
  }

  /** Notes that a fetch has found its objects at a place; `settled` when it has been merged. */
  sent(place: string): void {
    this.facts.underWay.push(place);
  }

  settled(place: string): void {
    const { underWay } = this.facts;
    underWay.splice(underWay.indexOf(place), 1);
  }

  /** Whether a fetch is under way that has found objects at a place or below it. */
  isBusyAt(place: string): boolean {
    return this.facts.underWay.some((each) => each === place || each.startsWith(`${place}.`));
  }

  /** A variable's value as JSON; undefined when the client gave none. */
  jsonOf(name: string): string | undefined {
    const known = this.variableJson?.get(name);
    if (known !== undefined || !Object.hasOwn(this.variables, name)) return known;
    const json = JSON.stringify(this.variables[name]);
    this.variableJson ??= new Map();
    if (json !== undefined) this.variableJson.set(name, json);
    return json;
  }

  /** Resolves when the fetch of this id has been merged, or has failed, or will not be sent. */
  whenFetched(id: string): Promise<void> {
    return this.finishOf(id).promise;
  }

  fetched(id: string): void {
    this.finishOf(id).resolve();
  }

  private finishOf(id: string): PromiseWithResolvers<void> {
    this.facts.finished ??= new Map();
    const finish = this.facts.finished.get(id) ?? Promise.withResolvers<void>();
    this.facts.finished.set(id, finish);
    return finish;
  }
}
