import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventSource } from '../compile/eventSources.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { anonymous } from '../identity/identity.js';
import { passes, subjectOf } from './eventScope.js';

const source: EventSource = {
  subgraph: 'a',
  subject: [{ kind: 'text', text: 'shop' }, { kind: 'any' }, { kind: 'identity' }, { kind: 'argument', name: 'id' }],
  filters: [{ message: ['payload', 'line'], argument: ['filter', 'lines'] }],
  eventType: 'E',
  entityField: 'e',
  entityType: 'T',
  keyField: 'id',
};
const caller = { kind: 'AGENT', sub: 'agent-1', scopes: [] };

describe('the subject of a subscription', () => {
  it('holds the caller and the arguments, a part each', () => {
    expect(subjectOf(source, caller, { id: 'x_Y-7' })).toBe('shop.*.agent-1.x_Y-7');
    expect(subjectOf(source, caller, { id: 42 })).toBe('shop.*.agent-1.42');
  });

  it('has as many parts as its owner has written, whatever is put into it: no dot and no wildcard gets in', () => {
    const smuggled = fc.oneof(
      fc.string(),
      fc.constantFrom('*', '>', 'a.b', '.', '', ' ', '*.>', 'a\n', 'a\u0000', 'ａ', '$JS.API'),
      fc.anything(),
    );
    fc.assert(
      fc.property(smuggled, fc.oneof(fc.string(), fc.constantFrom('*', '>', 'a.b', '')), (id, sub) => {
        let subject: string;
        try {
          subject = subjectOf(source, { ...caller, sub }, { id });
        } catch (error) {
          expect(error).toBeInstanceOf(RequestRefused);
          return;
        }
        const parts = subject.split('.');
        expect(parts).toHaveLength(4);
        expect(parts[2]).toBe(sub);
        expect(parts[3]).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it("is nobody's without a token", () => {
    expect(() => subjectOf(source, anonymous, { id: '1' })).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
  });
});

describe('a filter', () => {
  const message = (line: unknown) => ({ payload: { line } });

  it('lets pass what is equal to the argument, or to one of a list', () => {
    expect(passes(source, { filter: { lines: 'AUTO' } }, message('AUTO'))).toBe(true);
    expect(passes(source, { filter: { lines: ['HOME', 'AUTO'] } }, message('AUTO'))).toBe(true);
    expect(passes(source, { filter: { lines: ['HOME'] } }, message('AUTO'))).toBe(false);
    expect(passes(source, { filter: { lines: [] } }, message('AUTO'))).toBe(false);
  });

  it('restricts nothing without its argument, and lets nothing pass that lacks the field', () => {
    for (const args of [{}, { filter: null }, { filter: {} }, { filter: { lines: null } }])
      expect(passes(source, args, message('AUTO'))).toBe(true);
    expect(passes(source, { filter: { lines: ['AUTO'] } }, { payload: {} })).toBe(false);
    expect(passes(source, { filter: { lines: ['AUTO'] } }, {})).toBe(false);
  });
});
