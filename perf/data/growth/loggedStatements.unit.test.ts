import { describe, expect, it } from 'vitest';
import { loggedStatements } from './loggedStatements.ts';

const line = (session: number, kind: string, message: string) =>
  `2026-11-26 02:10:41.123 UTC [${session}] ${kind}:  ${message}\n`;
const step = (session: number, ms: number, name: string, sql: string) =>
  line(session, 'LOG', `duration: ${ms} ms  ${name} <unnamed>: ${sql}`);

describe('statements in the log', () => {
  it('take the time of all their steps', () => {
    const log =
      step(7, 0.1, 'parse', 'SELECT $1') +
      step(7, 0.5, 'bind', 'SELECT $1') +
      line(7, 'DETAIL', "Parameters: $1 = 'x'") +
      step(7, 2, 'execute', 'SELECT $1') +
      line(7, 'DETAIL', "Parameters: $1 = 'x'");
    expect(loggedStatements(log)).toEqual([{ sql: 'SELECT $1', parameters: ['x'], ms: 2.6 }]);
  });

  it('are kept apart by session', () => {
    const log =
      step(7, 1, 'parse', 'SELECT 1') +
      step(8, 10, 'parse', 'SELECT 1') +
      step(7, 1, 'execute', 'SELECT 1') +
      step(8, 10, 'execute', 'SELECT 1');
    expect(loggedStatements(log).map(({ ms }) => ms)).toEqual([2, 20]);
  });

  it('have their parameters as they were', () => {
    const log =
      step(7, 1, 'execute', 'SELECT $1, $2, $3') +
      line(7, 'DETAIL', "Parameters: $1 = 'O''Neill, $2 = ''y''', $2 = NULL, $3 = '{\"a\",\"b\"}'");
    expect(loggedStatements(log)[0]?.parameters).toEqual(["O'Neill, $2 = 'y'", null, '{"a","b"}']);
  });

  it('may have several lines, and need no parameters', () => {
    const log =
      line(7, 'LOG', 'duration: 0.2 ms  statement: SELECT 1\n\tFROM lead') +
      line(7, 'LOG', 'checkpoint starting: time') +
      line(7, 'DETAIL', "Parameters: $1 = 'of something else'");
    expect(loggedStatements(log)).toEqual([{ sql: 'SELECT 1\nFROM lead', parameters: [], ms: 0.2 }]);
  });
});
