import { describe, expect, it } from 'vitest';
import { createCors } from './cors.js';

const some = createCors({ origins: new Set(['https://a.example']), headers: ['x-more'], maxAgeSeconds: 60 });
const all = createCors({ origins: '*', headers: [], maxAgeSeconds: 0 });
const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

describe('CORS for a list of origins', () => {
  it('names the origin that asks, and tells caches that others get another answer', () => {
    expect(some('POST', { origin: 'https://a.example' })).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-expose-headers': expect.stringContaining('retry-after'),
      vary: 'origin',
    });
  });

  for (const origin of [
    undefined,
    'null',
    'https://b.example',
    'https://A.example',
    'http://a.example',
    'https://a.example:443',
    'https://a.example.evil.example',
    'https://a.example, https://a.example',
    '__proto__',
  ]) {
    it(`has nothing but vary for ${origin ?? 'no origin'}`, () => {
      expect(some('POST', { ...(origin !== undefined && { origin }) })).toEqual({ vary: 'origin' });
      expect(some('OPTIONS', { ...preflight, ...(origin !== undefined && { origin }) })).toEqual({ vary: 'origin' });
    });
  }

  it('answers a preflight with what may be sent, by name', () => {
    const headers = some('OPTIONS', { origin: 'https://a.example', ...preflight });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': '60',
    });
    expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'x-more']),
    );
  });

  it('takes an OPTIONS that asks for no method for no preflight', () => {
    expect(some('OPTIONS', { origin: 'https://a.example' })).not.toHaveProperty('access-control-allow-methods');
  });
});

describe('CORS for all origins', () => {
  it('says so, the same to everybody who has an origin', () => {
    expect(all('GET', { origin: 'https://b.example' })).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(all('GET', { origin: 'null' })).not.toHaveProperty('vary');
    expect(all('GET', {})).toEqual({});
  });
});

it('never allows credentials', () => {
  for (const cors of [some, all])
    expect(cors('OPTIONS', { origin: 'https://a.example', ...preflight })).not.toHaveProperty(
      'access-control-allow-credentials',
    );
});
