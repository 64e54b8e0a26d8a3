import { describe, expect, it } from 'vitest';
import { readAuditOptions } from './readAuditOptions.js';

const now = new Date('2026-11-02T12:00:00Z');
const read = (...args: string[]) => readAuditOptions(args, now);

describe('the arguments of the command', () => {
  it('want all there is when there are none', () => {
    expect(read()).toEqual({
      since: undefined,
      who: undefined,
      entity: undefined,
      kind: undefined,
      follow: false,
      json: false,
      help: false,
    });
  });

  it.each([
    ['30s', '2026-11-02T11:59:30.000Z'],
    ['15m', '2026-11-02T11:45:00.000Z'],
    ['1h', '2026-11-02T11:00:00.000Z'],
    ['7d', '2026-10-26T12:00:00.000Z'],
    ['2026-11-01T00:00:00Z', '2026-11-01T00:00:00.000Z'],
  ])('--since %s', (given, since) => {
    expect(read('--since', given)).toMatchObject({ since: new Date(since) });
  });

  it('name kinds, identities and entities; keys may have colons', () => {
    expect(read('--who', 'partner:acme', '--entity', 'Product:a:b', '--kind', 'disclosure', '--follow')).toMatchObject({
      who: { kind: 'PARTNER', sub: 'acme' },
      entity: { type: 'Product', key: 'a:b' },
      kind: 'DISCLOSURE',
      follow: true,
    });
    expect(read('--who', 'PARTNER', '--entity', 'Product')).toMatchObject({
      who: { kind: 'PARTNER', sub: undefined },
      entity: { type: 'Product', key: undefined },
    });
  });

  it.each([
    [['--since', 'yesterday'], '--since: "yesterday" is no time'],
    [['--kind', 'all'], '--kind: give "mutation" or "disclosure"'],
    [['--who', '*'], '--who: give a kind of identity'],
    [['--who', 'a.>'], '--who: give a kind of identity'],
    [['--whom', 'x'], "Unknown option '--whom'"],
  ])('are refused with a sentence: %s', (args, sentence) => {
    expect(read(...args)).toContain(sentence);
  });
});
