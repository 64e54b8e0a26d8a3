import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whenExpired } from './whenExpired.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const YEAR_MS = 365 * 24 * 3_600_000;

it('calls back at the moment, however far it is', () => {
  for (const wait of [0, 1, 1_000, YEAR_MS]) {
    const called = vi.fn();
    whenExpired(Date.now() + wait, called);
    if (wait > 0) vi.advanceTimersByTime(wait - 1);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(YEAR_MS);
    expect(called).toHaveBeenCalledTimes(1);
  }
});

it('calls back soon, but not at once, for a moment that is over', () => {
  const called = vi.fn();
  whenExpired(Date.now() - 1, called);
  expect(called).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(called).toHaveBeenCalledTimes(1);
});

it('never calls back without a moment, or when it was stopped', () => {
  const called = vi.fn();
  whenExpired(undefined, called)();
  whenExpired(Date.now() + 1_000, called)();
  whenExpired(Number.POSITIVE_INFINITY, called)();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(YEAR_MS);
  expect(called).not.toHaveBeenCalled();
});
