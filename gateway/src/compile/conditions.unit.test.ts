import { type OperationDefinitionNode, parse, type SelectionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { conditionValues, conditionVariables, isDeferred, isIncluded } from './conditions.js';

const operation = (text: string) => parse(text).definitions[0] as OperationDefinitionNode;
const selection = (text: string) => operation(`{ ${text} }`).selectionSet.selections[0] as SelectionNode;
const values = (given: Record<string, boolean> = {}) => new Map(Object.entries(given));

describe('the variables by which selections are decided', () => {
  it('are found everywhere in a document, each once, sorted', () => {
    const document = parse(`query Q($d: Boolean!, $a: Boolean!, $n: Int) {
      x(n: $n) @include(if: $d) { ...F @skip(if: $a) ... @defer(if: $c) { y } }
    } fragment F on T { z @skip(if: $d) @include(if: $b) @other(if: $e) w @include(if: true) }`);
    expect(conditionVariables(document)).toEqual(['a', 'b', 'c', 'd']);
    expect(conditionVariables(parse('{ x(if: $a) }'))).toEqual([]);
  });

  it('have the value given, else their default, else none', () => {
    const q = operation('query Q($a: Boolean = true, $b: Boolean! = false, $c: Boolean!) { x }');
    const of = (variables: Record<string, unknown>) =>
      Object.fromEntries(conditionValues(['a', 'b', 'c'], q, variables));
    expect(of({})).toEqual({ a: true, b: false, c: false });
    expect(of({ a: false, b: true, c: true })).toEqual({ a: false, b: true, c: true });
    expect(of({ a: undefined, c: true })).toEqual({ a: true, b: false, c: true });
    expect(Object.fromEntries(conditionValues(['constructor'], q, {}))).toEqual({ constructor: false });
  });
});

describe('a selection', () => {
  it('is part of the operation when it is included and not skipped', () => {
    const table: [text: string, given: Record<string, boolean>, included: boolean][] = [
      ['x', {}, true],
      ['x @other(if: false)', {}, true],
      ['x @include(if: true)', {}, true],
      ['x @include(if: false)', {}, false],
      ['x @skip(if: true)', {}, false],
      ['x @skip(if: false)', {}, true],
      ['x @skip(if: false) @include(if: false)', {}, false],
      ['x @skip(if: true) @include(if: true)', {}, false],
      ['x @include(if: $a)', { a: true }, true],
      ['x @include(if: $a)', { a: false }, false],
      ['x @skip(if: $a) @include(if: $b)', { a: false, b: true }, true],
      ['x @skip(if: $a) @include(if: $b)', { a: true, b: true }, false],
      ['x @skip(if: $a) @include(if: $b)', { a: false, b: false }, false],
      ['... @include(if: $a) { x }', { a: false }, false],
      ['...F @skip(if: $a)', { a: true }, false],
      ['... @defer(if: $a) { x }', { a: false }, true],
    ];
    for (const [text, given, included] of table)
      expect([text, given, isIncluded(selection(text), values(given))]).toEqual([text, given, included]);
  });

  it('is deferred when @defer stands at it and its condition holds', () => {
    const table: [text: string, given: Record<string, boolean>, deferred: boolean][] = [
      ['... { x }', {}, false],
      ['... @defer { x }', {}, true],
      ['... @defer(label: "l") { x }', {}, true],
      ['...F @defer(if: false)', {}, false],
      ['... @defer(if: $a) { x }', { a: true }, true],
      ['... @defer(if: $a, label: "l") { x }', { a: false }, false],
      ['... @include(if: true) { x }', {}, false],
    ];
    for (const [text, given, deferred] of table)
      expect([text, given, isDeferred(selection(text), values(given))]).toEqual([text, given, deferred]);
  });
});
