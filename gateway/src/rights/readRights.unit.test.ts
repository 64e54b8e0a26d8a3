import { describe, expect, it } from 'vitest';
import { readRights, withoutRights } from './readRights.js';
import { builtInPolicies, requirementKey, satisfies } from './requirement.js';

const supergraph = (links: string, types: string) => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) ${links} { query: Query }
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  ${types}`;
const AUTHENTICATED = '@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)';
const SCOPES = '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)';
const POLICY = '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)';

/** What each field requires, in words. */
const needs = (sdl: string) => {
  const rights = readRights(sdl);
  return Object.fromEntries(
    [...(rights?.fields ?? [])].map(([field, indexes]) => [
      field,
      [...indexes]
        .map((index) => rights?.requirements[index])
        .flatMap((each) => (each ? [requirementKey(each)] : []))
        .sort(),
    ]),
  );
};

describe('what a supergraph requires', () => {
  it('is nothing where it links none of the features, whatever directives it has', () => {
    expect(
      readRights('directive @authenticated on FIELD_DEFINITION type Query { a: Int @authenticated }'),
    ).toBeUndefined();
    expect(readRights(supergraph(SCOPES, 'type Query { a: Int @authenticated }'))).toBeUndefined();
  });

  it('is what field, type and given type say, all together', () => {
    const sdl = supergraph(
      AUTHENTICATED + SCOPES + POLICY,
      `type Query { open: Int a: [A!]! @authenticated }
       type A @requiresScopes(scopes: [["a", "b"], ["c"]]) { x: X! plain: Int }
       enum X @policy(policies: [["p"]]) { Y }`,
    );
    const a = 'scopes:["a","b"],["c"]';
    expect(needs(sdl)).toEqual({
      'Query.a': ['authenticated', a],
      'A.x': ['policies:["p"]', a],
      'A.plain': [a],
      'A.__typename': [a],
    });
    expect(readRights(sdl)?.requirements).toHaveLength(3);
  });

  it('is read under the names that the links give', () => {
    const links = `
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY, import: [{ name: "@authenticated", as: "@signedIn" }])
      @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", as: "may", for: SECURITY)
      @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY, import: ["@policy"])`;
    const types = `type Query { a: Int @signedIn b: Int @may(scopes: [["s"]]) c: Int @policy(policies: ["p"]) d: Int @authenticated }`;
    expect(needs(supergraph(links, types))).toEqual({
      'Query.a': ['authenticated'],
      'Query.b': ['scopes:["s"]'],
      'Query.c': ['policies:["p"]'],
    });
  });

  it('of an interface is what those who implement it require, of each of them only its own', () => {
    const sdl = supergraph(
      AUTHENTICATED + SCOPES,
      `type Query { i: I u: U }
       interface I { x: Int y: Int }
       type A implements I { x: Int @authenticated y: Int }
       type B implements I @requiresScopes(scopes: [["b"]]) { x: Int y: Int }
       union U = A | B`,
    );
    const b = 'scopes:["b"]';
    expect(needs(sdl)).toEqual({
      'I.x': ['authenticated', b],
      'I.y': [b],
      'I.__typename': [b],
      'A.x': ['authenticated'],
      'B.x': [b],
      'B.y': [b],
      'B.__typename': [b],
    });
  });

  it('of an interface alone, as older compositions leave it, holds for those who implement it', () => {
    const sdl = supergraph(
      AUTHENTICATED + SCOPES,
      `type Query { a: A }
       interface I { x: Int @requiresScopes(scopes: [["x"]]) y: Int }
       interface J @authenticated { z: Int }
       interface K @requiresScopes(scopes: [["k"]]) { y: Int }
       type A implements I & J & K { x: Int y: Int z: Int }
       type B implements I { x: Int y: Int }`,
    );
    expect(needs(sdl)).toMatchObject({
      'Query.a': ['authenticated', 'scopes:["k"]'],
      'A.x': ['authenticated', 'scopes:["k"]', 'scopes:["x"]'],
      'A.y': ['authenticated', 'scopes:["k"]'],
      'B.x': ['scopes:["x"]'],
    });
    expect(needs(sdl)['B.y']).toBeUndefined();
  });

  it('is the same for the same alternatives in another order', () => {
    const types = `type Query { a: Int @requiresScopes(scopes: [["a", "b"], ["c"]]) b: Int @requiresScopes(scopes: [["c"], ["b", "a", "a"]]) }`;
    expect(readRights(supergraph(SCOPES, types))?.requirements).toHaveLength(1);
  });
});

it('a supergraph without its rights has neither their links nor their definitions, and all the rest', () => {
  const plain = 'type Query { a: Int other__Scope: S } scalar S scalar other__Scope';
  const sdl = supergraph(
    '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", as: "may", for: SECURITY)',
    `directive @may(scopes: [[may__Scope!]!]!) on FIELD_DEFINITION | OBJECT scalar may__Scope
     type Query @may(scopes: [["x"]]) { a: Int @may(scopes: [["x"]]) other__Scope: S } scalar S scalar other__Scope`,
  );
  const words = (text: string) => text.replaceAll(/[\s,]+/g, ' ').trim();
  expect(words(withoutRights(sdl))).toBe(words(withoutRights(supergraph('', plain))).replaceAll('@link (', '@link('));
  expect(withoutRights(sdl)).not.toContain('may');
  const without = supergraph('', plain);
  expect(withoutRights(without)).toBe(without);
});

describe('a requirement', () => {
  const who = (scope: string, kind = 'PERSON') => ({ kind, sub: 's', scopes: scope.split(' ') });
  const holds = (alternatives: string[][], scope: string) =>
    satisfies(who(scope), { kind: 'scopes', alternatives }, builtInPolicies);

  it('holds for one of its alternatives as a whole', () => {
    expect(holds([['a', 'b'], ['c']], 'b a')).toBe(true);
    expect(holds([['a', 'b'], ['c']], 'c')).toBe(true);
    expect(holds([['a', 'b'], ['c']], 'a')).toBe(false);
    expect(holds([], 'a')).toBe(false);
    expect(holds([[]], '')).toBe(true);
  });

  it('of policies is satisfied by scopes that name them', () => {
    const policy = { kind: 'policies', alternatives: [['p']] } as const;
    expect(satisfies(who('policy:p'), policy, builtInPolicies)).toBe(true);
    expect(satisfies(who('p'), policy, builtInPolicies)).toBe(false);
    expect(satisfies(who(''), policy, () => new Set(['p']))).toBe(true);
  });

  it('is, of a policy of kinds, to be of one of them, which no scope stands for', () => {
    const policy = { kind: 'policies', alternatives: [['kind:CLERK'], ['kind:CHIEF', 'p']] } as const;
    expect(satisfies(who('', 'CLERK'), policy, builtInPolicies)).toBe(true);
    expect(satisfies(who('policy:p', 'CHIEF'), policy, builtInPolicies)).toBe(true);
    for (const identity of [
      who('', 'CHIEF'),
      who('policy:kind:CLERK kind:CLERK policy:p', 'VISITOR'),
      who('', 'ANONYMOUS'),
    ])
      expect(satisfies(identity, policy, builtInPolicies)).toBe(false);
  });

  it('to be authenticated is satisfied by whoever has shown a token', () => {
    expect(satisfies(who(''), { kind: 'authenticated' }, builtInPolicies)).toBe(true);
    expect(satisfies(who('', 'ANONYMOUS'), { kind: 'authenticated' }, builtInPolicies)).toBe(false);
  });
});
