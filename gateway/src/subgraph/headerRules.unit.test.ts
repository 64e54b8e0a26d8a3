import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeaderRules, HeaderRulesConfig, traceHeaders } from './headerRules.js';

const rules = (config: unknown) => createHeaderRules(HeaderRulesConfig.parse(config));
const isUsable = (config: unknown) => HeaderRulesConfig.safeParse(config).success;

describe('header rules', () => {
  it('forward, rename and insert', () => {
    const { headersFor, reads } = rules({
      all: { forward: ['x-a'], rename: { 'x-b': 'x-c' }, insert: { 'x-d': 'constant' } },
    });
    expect(headersFor('any', { 'x-a': '1', 'x-b': '2', 'x-other': '3' })).toBe('x-d: constant\r\nx-a: 1\r\nx-c: 2\r\n');
    expect(headersFor('any', {})).toBe('x-d: constant\r\n');
    expect(reads).toEqual(['x-a', 'x-b']);
  });

  it('send nothing without configuration', () => {
    const { headersFor, reads } = rules({});
    expect([headersFor('any', { authorization: 'x', cookie: 'y' }), reads]).toEqual(['', []]);
  });

  it('hold for one subgraph besides those for all', () => {
    const { headersFor, reads } = rules({
      all: { forward: ['x-a'] },
      subgraphs: { one: { forward: ['x-b'], insert: { 'x-key': 'secret' } } },
    });
    const received = { 'x-a': '1', 'x-b': '2' };
    expect(headersFor('one', received)).toBe('x-key: secret\r\nx-a: 1\r\nx-b: 2\r\n');
    expect(headersFor('two', received)).toBe('x-a: 1\r\n');
    expect(reads).toEqual(['x-a', 'x-b']);
  });

  it('send a header once: the narrower rule wins, and a fixed value over what the client sends', () => {
    const { headersFor, reads } = rules({
      all: { forward: ['x-a', 'x-b', 'x-a'], rename: { 'x-from': 'x-b' }, insert: { 'x-a': 'fixed' } },
      subgraphs: { one: { forward: ['x-a'] } },
    });
    const received = { 'x-a': '1', 'x-b': '2', 'x-from': '3' };
    expect(headersFor('two', received)).toBe('x-a: fixed\r\nx-b: 3\r\n');
    expect(headersFor('one', received)).toBe('x-a: 1\r\nx-b: 3\r\n');
    expect(reads).toEqual(['x-from', 'x-a']);
  });

  it('do not mind upper and lower case', () => {
    const { headersFor, reads } = rules({
      all: { forward: ['X-Tenant'], rename: { 'X-From': 'X-To' }, insert: { 'X-Key': 'Value' } },
    });
    expect(headersFor('any', { 'x-tenant': 'T', 'x-from': 'F' })).toBe('x-key: Value\r\nx-tenant: T\r\nx-to: F\r\n');
    expect(reads).toEqual(['x-tenant', 'x-from']);
  });

  it('send several values of one name as one list', () => {
    const { headersFor } = rules({ all: { forward: ['set-cookie'] } });
    expect(headersFor('any', { 'set-cookie': ['a=1', 'b=2'] })).toBe('set-cookie: a=1, b=2\r\n');
  });

  it('take a name that every object has for a header like any other', () => {
    const { headersFor } = rules({ all: { forward: ['constructor', 'tostring'] } });
    expect(headersFor('any', {})).toBe('');
  });

  const RESERVED = [
    'Connection',
    'content-length',
    'Content-Type',
    'content-encoding',
    'transfer-encoding',
    'host',
    'expect',
    'te',
    'trailer',
    'upgrade',
    'keep-alive',
    'proxy-connection',
    'accept',
    'accept-encoding',
    'x-request-id',
    'x-operation-hash',
    'traceparent',
    'tracestate',
  ];
  for (const name of RESERVED) {
    it(`cannot send ${name}`, () => {
      expect(isUsable({ all: { forward: [name] } })).toBe(false);
      expect(isUsable({ all: { insert: { [name]: '1' } } })).toBe(false);
      expect(isUsable({ subgraphs: { one: { rename: { 'x-a': name } } } })).toBe(false);
      // Under another name it may go on.
      expect(isUsable({ all: { rename: { [name]: 'x-other' } } })).toBe(true);
    });
  }

  it('are refused in another form', () => {
    for (const config of [
      [],
      { every: {} },
      { all: { forwards: ['x-a'] } },
      { all: { forward: 'x-a' } },
      { all: { insert: { 'x-a': 5 } } },
      { subgraphs: { one: { drop: ['x-a'] } } },
    ])
      expect(isUsable(config)).toBe(false);
  });

  it('let no line break, no space and no colon into a name, and no line break into a value', () => {
    for (const name of ['', 'x a', 'x:a', 'x\r\na', 'x\na', 'ä', 'x\0']) {
      expect(isUsable({ all: { forward: [name] } })).toBe(false);
      expect(isUsable({ all: { insert: { [name]: 'v' } } })).toBe(false);
      expect(isUsable({ all: { rename: { 'x-a': name } } })).toBe(false);
    }
    for (const value of ['a\r\nx-b: 1', 'a\n', '\r', 'a\0', 'ä', '\u2028'])
      expect(isUsable({ all: { insert: { 'x-a': value } } })).toBe(false);
  });

  it('make whole header lines, whatever passes the check', () => {
    const name = fc.string({ minLength: 1, maxLength: 12 });
    const rule = fc.record(
      {
        forward: fc.array(name, { maxLength: 3 }),
        rename: fc.dictionary(name, name, { maxKeys: 3 }),
        insert: fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 12 }), { maxKeys: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(rule, (all) => {
        const parsed = HeaderRulesConfig.safeParse({ all });
        if (!parsed.success) return;
        const { headersFor, reads } = createHeaderRules(parsed.data);
        const received = Object.fromEntries(reads.map((each) => [each, 'value']));
        const lines = headersFor('any', received).split('\r\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(line).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+: [\x20-\x7e\t]*$/);
        const names = lines.map((line) => line.slice(0, line.indexOf(':')));
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

it('the trace context is passed on as it came', () => {
  expect(traceHeaders({ traceparent: 'a', tracestate: 'b=1', baggage: 'c' })).toBe(
    'traceparent: a\r\ntracestate: b=1\r\n',
  );
  expect(traceHeaders({})).toBe('');
});
