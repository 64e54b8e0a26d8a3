import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLeadKey, openLeadKey, rewrapLeadKey } from './leadKey.js';
import { readMasterKeys } from './masterKeys.js';
import { SealBroken } from './seal.js';

const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

describe("a lead's key", () => {
  it('opens for its own lead only', () => {
    const masters = readMasterKeys(first);
    const { key, stored } = createLeadKey(masters, 'lead-1');
    expect(openLeadKey(masters, 'lead-1', stored)).toEqual(key);
    expect(() => openLeadKey(masters, 'lead-2', stored)).toThrow(SealBroken);
  });

  it('stays readable while the master key that wrapped it is configured, and is the same after a rotation', () => {
    const { key, stored } = createLeadKey(readMasterKeys(first), 'lead-1');
    const rotating = readMasterKeys(second, [first]);
    expect(openLeadKey(rotating, 'lead-1', stored)).toEqual(key);
    const rewrapped = rewrapLeadKey(rotating, 'lead-1', stored);
    expect(rewrapped.keyId).toBe(rotating.current.id);
    expect(openLeadKey(readMasterKeys(second), 'lead-1', rewrapped)).toEqual(key);
    expect(() => openLeadKey(readMasterKeys(second), 'lead-1', stored)).toThrow(/not configured/);
  });

  it('needs master keys of 32 bytes', () => {
    expect(() => readMasterKeys('c2hvcnQ=')).toThrow(/32 bytes/);
    expect(() => readMasterKeys(first, [''])).toThrow(/32 bytes/);
  });
});
