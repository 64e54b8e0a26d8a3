import { describe, expect, it } from 'vitest';
import { ManifestError, readApolloManifest, readCodegenDocuments, readManifest, readRelayDocuments } from './index.ts';

const body = 'query Pets { pets { id } }';
const apollos = (operations: unknown) => ({ format: 'apollo-persisted-query-manifest', version: 1, operations });
const operation = { id: 'a1', body, name: 'Pets', type: 'query' };

describe('a manifest', () => {
  it('of Apollo’s is read, whatever else stands in it', () => {
    const read = readApolloManifest({ ...apollos([{ ...operation, clientName: 'ios' }]), producer: 'x' });
    expect(read).toEqual([operation]);
  });

  it('of Relay’s and of GraphQL Code Generator’s is read, name and type from the text, which stays as it is', () => {
    const documents = { d41d8cd9: 'subscription  Fed { fed { ...P } } fragment P on Pet { id }' };
    const expected = [{ id: 'd41d8cd9', body: documents.d41d8cd9, name: 'Fed', type: 'subscription' }];
    expect(readRelayDocuments(documents)).toEqual(expected);
    expect(readCodegenDocuments(documents)).toEqual(expected);
  });

  it('is known by itself from its text', () => {
    expect(readManifest(JSON.stringify(apollos([operation])), 'm.json')).toEqual([operation]);
    expect(readManifest(JSON.stringify({ a1: body }), 'm.json')).toEqual([operation]);
  });

  it('has an operation once that comes twice', () => {
    expect(readApolloManifest(apollos([operation, operation]))).toHaveLength(1);
  });

  it.each([
    ['another version', { ...apollos([]), version: 2 }, 'version: '],
    ['another format', { ...apollos([]), format: 'other' }, 'format: '],
    ['an operation without a body', apollos([{ ...operation, body: '' }]), 'operations.0.body: '],
    ['an operation of another kind', apollos([{ ...operation, type: 'fragment' }]), 'operations.0.type: '],
    [
      'an id for two bodies',
      apollos([operation, { ...operation, body: '{ a }' }]),
      'the id a1 stands for two operations',
    ],
    ['a list', [], ''],
    ['nothing', null, ''],
    ['documents by hash that are no text', { a: 1 }, 'a: '],
    ['a document that does not parse', { a: '{' }, 'm.json, a:1:2: Syntax Error'],
    ['a document without an operation', { a: 'fragment A on B { c }' }, 'm.json, a: there is no operation'],
    ['a document with two', { a: 'query A { a } query B { b }' }, 'has several'],
    ['an operation without a name', { a: '{ a }' }, 'the query has no name'],
  ])('of %s is refused, and the message names it', (_, json, message) => {
    const read = () => readManifest(JSON.stringify(json), 'm.json');
    expect(read).toThrow(ManifestError);
    expect(read).toThrow('m.json');
    expect(read).toThrow(message);
  });

  it('cannot reach a prototype by an id', () => {
    const read = readManifest(
      `{"__proto__": ${JSON.stringify(body)}, "constructor": ${JSON.stringify(body)}}`,
      'm.json',
    );
    expect(read.map(({ id }) => id)).toEqual(expect.arrayContaining(['constructor']));
    expect(({} as { Pets?: unknown }).Pets).toBeUndefined();
  });
});
