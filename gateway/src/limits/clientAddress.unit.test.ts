import { expect, it } from 'vitest';
import { clientAddress } from './clientAddress.js';
import { networkOf } from './rateLimits.js';

const of = (proxies: number, forwarded?: string) =>
  clientAddress(
    {
      socket: { remoteAddress: '10.0.0.1' } as never,
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    },
    proxies,
  );

it('believes nobody but proxies of our own', () => {
  expect(of(0, '1.2.3.4')).toBe('10.0.0.1');
  expect(of(1, '6.6.6.6, 1.2.3.4')).toBe('1.2.3.4');
  expect(of(2, '6.6.6.6, 1.2.3.4, 10.0.0.2')).toBe('1.2.3.4');
  expect(of(1, '2001:db8::1')).toBe('2001:db8::1');
});

it('takes the connection’s address where the proxies tell none', () => {
  for (const forwarded of [undefined, '', 'unknown', '1.2.3.4, nonsense']) expect(of(1, forwarded)).toBe('10.0.0.1');
  expect(of(3, '1.2.3.4')).toBe('10.0.0.1');
});

it('takes a network of IPv6 for one address', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('2001:db8:0:7:1:2:3:4')).toBe('2001:db8:0:7::/64');
  expect(networkOf('2001:0db8::1')).toBe('2001:db8:0:0::/64');
  expect(networkOf('2001:db8::7:1:2:3:4')).toBe('2001:db8:0:7::/64');
  expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
});
