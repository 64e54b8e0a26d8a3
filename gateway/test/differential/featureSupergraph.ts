import type { World } from './world.js';

/** An operation written for the corner that a supergraph was made for. */
export interface Example {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The data, or a part of it: what the reference has to answer, lest three wrong answers agree. */
  readonly data: unknown;
  /** The paths of the errors, written `a.0.b`. */
  readonly errors?: readonly string[];
}

/** A small supergraph made for a feature of federation. */
export interface FeatureSupergraph {
  readonly name: string;
  /** SDL by subgraph; the federation `@link` is added. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly world: World;
  /** What arguments of generated operations are given: by the name of the argument, else by its type. */
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
  readonly examples: Readonly<Record<string, Example>>;
  /** Why the stock executor cannot be asked, if it cannot. */
  readonly notForStock?: string;
  /** How many operations are generated; 30 when not said. */
  readonly runs?: number;
  /** How deep they go; 4 when not said. */
  readonly depth?: number;
}

const IMPORTS = [
  '@key',
  '@external',
  '@requires',
  '@provides',
  '@override',
  '@shareable',
  '@inaccessible',
  '@interfaceObject',
  '@context',
  '@fromContext',
  'FieldSet',
];

/** A subgraph's SDL with the federation features that it uses linked. */
export function linked(sdl: string): string {
  const used = IMPORTS.filter((name) => new RegExp(`${name}\\b`).test(sdl)).map((name) => JSON.stringify(name));
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${used.join(', ')}])\n${sdl}`;
}
