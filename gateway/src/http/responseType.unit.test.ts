import { describe, expect, it } from 'vitest';
import { responseType, wantsEventStream, wantsPage } from './responseType.js';

const modern = 'application/graphql-response+json';
const plain = {
  type: 'application/json',
  incremental: false,
  onlyIncremental: false,
  eventStream: false,
  onlyEventStream: false,
};

describe('the form of a response', () => {
  const cases: [accept: string | undefined, type: string, incremental?: boolean, onlyIncremental?: boolean][] = [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['APPLICATION/JSON; charset=utf-8', 'application/json'],
    [modern, modern],
    [`${modern}; charset=utf-8`, modern],
    [`${modern};charset="UTF-8"`, modern],
    // The recommendation of GraphQL over HTTP.
    [`${modern}; charset=utf-8, application/json; charset=utf-8`, modern],
    [`application/json;charset=latin1, ${modern};q=0.1`, modern],
    [`application/json;q=0.5, ${modern};q=0.6`, modern],
    [`application/json, ${modern}`, 'application/json'],
    [`${modern}, application/json`, modern],
    [`application/json;q=0, ${modern};q=0.1`, modern],
    ['text/html, */*;q=0.1', 'application/json'],
    // Apollo Client 4, Apollo Client 3, Relay and urql.
    [`multipart/mixed;deferSpec=20220824,${modern},application/json;q=0.9`, modern, true],
    ['multipart/mixed; deferSpec=20220824, application/json', 'application/json', true],
    [`${modern}, application/graphql+json, application/json, text/event-stream, multipart/mixed`, modern, true],
    ['application/json;q=0.9, multipart/mixed;q=0.1', 'application/json', true],
    ['multipart/mixed', 'application/json', true, true],
    ['multipart/mixed;boundary="-";deferSpec=20220824', 'application/json', true, true],
    ['Multipart/Mixed ; DeferSpec = "20220824" ; boundary=x ; q=0.7', 'application/json', true, true],
    // Subscriptions over multipart, and later forms of @defer.
    ['multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json', 'application/json'],
    ['multipart/mixed;incrementalSpec=v0.2,application/json', 'application/json'],
    ['multipart/mixed;deferSpec=20990101,application/json', 'application/json'],
    ['multipart/mixed;q=0,application/json', 'application/json'],
    ['multipart/mixedx, application/json', 'application/json'],
    ['application/json; x=multipart/mixed, */*', 'application/json'],
  ];
  for (const [accept, type, incremental = false, onlyIncremental = false] of cases) {
    it(`for "${accept}"`, () => {
      const expected = { type, incremental, onlyIncremental };
      expect(responseType(accept)).toMatchObject(expected);
      // The second time from memory.
      expect(responseType(accept)).toMatchObject(expected);
    });
  }

  for (const accept of [
    'image/png',
    'text/html',
    'application/json;q=0',
    'multipart/form-data',
    'multipart/mixed;q=0',
    'application/json; charset=latin1',
    ',',
  ]) {
    it(`is refused for "${accept}"`, () => {
      for (let round = 0; round < 2; round++)
        expect(() => responseType(accept)).toThrow(expect.objectContaining({ code: 'NOT_ACCEPTABLE' }));
    });
  }

  it('is plain JSON for a header as long as they may get', () => {
    expect(responseType(`${'text/x, '.repeat(1_000)}application/json`)).toEqual(plain);
  });
});

describe('an event stream', () => {
  const cases: [accept: string | undefined, may: boolean, must: boolean][] = [
    ['text/event-stream', true, true],
    ['Text/Event-Stream; charset=utf-8', true, true],
    // urql: for subscriptions only.
    [`${modern}, application/graphql+json, application/json, text/event-stream, multipart/mixed`, true, false],
    ['application/json;q=0.1, text/event-stream', true, false],
    ['multipart/mixed, text/event-stream', true, false],
    ['application/json, text/event-stream;q=0', false, false],
    ['text/event-streams, application/json', false, false],
    // Whoever takes anything does not expect a response without an end.
    ['*/*', false, false],
    ['text/*, application/json', false, false],
    [undefined, false, false],
  ];
  for (const [accept, may, must] of cases) {
    it(`${must ? 'is wanted' : may ? 'is taken' : 'is not taken'} by "${accept}"`, () => {
      expect(responseType(accept)).toMatchObject({ eventStream: may, onlyEventStream: must });
      expect(wantsEventStream(accept)).toBe(must);
    });
  }
});

describe('a page', () => {
  const cases: [accept: string | undefined, wanted: boolean][] = [
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html', true],
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['application/json, text/html;q=0.5', false],
    ['text/html;q=0', false],
  ];
  for (const [accept, wanted] of cases) {
    it(`is ${wanted ? '' : 'not '}wanted by "${accept}"`, () => expect(wantsPage(accept)).toBe(wanted));
  }
});
