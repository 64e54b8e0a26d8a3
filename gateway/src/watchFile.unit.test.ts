import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFile } from './watchFile.js';

let folder: string;
let file: string;
let unwatch = () => {};
const texts: string[] = [];
const failures: string[] = [];

const watch = (changed: (text: string) => Promise<void> | void = (text) => void texts.push(text)) => {
  const failed = (error: unknown) => void failures.push(String(error));
  unwatch = watchFile(file, { pollMs: 5, changed, failed });
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-file-'));
  file = join(folder, 'file');
  writeFileSync(file, 'first');
  texts.length = 0;
  failures.length = 0;
});
afterEach(() => {
  unwatch();
  rmSync(folder, { recursive: true, force: true });
});

it('gives what stands in a file, and what is written or takes its place', async () => {
  watch();
  await vi.waitFor(() => expect(texts).toEqual(['first']));
  writeFileSync(file, 'second');
  await vi.waitFor(() => expect(texts.at(-1)).toBe('second'));
  writeFileSync(join(folder, 'other'), 'the third');
  renameSync(join(folder, 'other'), file);
  await vi.waitFor(() => expect(texts.at(-1)).toBe('the third'));
});

it('says why a file cannot be read or used, and goes on', async () => {
  watch((text) => {
    if (text === 'bad') throw new Error('not usable');
    texts.push(text);
  });
  await vi.waitFor(() => expect(texts).toEqual(['first']));
  writeFileSync(file, 'bad');
  await vi.waitFor(() => expect(failures).toContain('Error: not usable'));
  rmSync(file);
  await vi.waitFor(() => expect(failures.at(-1)).toContain('ENOENT'));
  writeFileSync(file, 'good again');
  await vi.waitFor(() => expect(texts.at(-1)).toBe('good again'));
});

it('reads once at a time, and once more for what changes meanwhile', async () => {
  const started: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let running = 0;
  watch(async (text) => {
    running += 1;
    expect(running).toBe(1);
    started.push(text);
    await gate;
    running -= 1;
  });
  await vi.waitFor(() => expect(started).toEqual(['first']));
  writeFileSync(file, 'second');
  writeFileSync(file, 'the third');
  open();
  await vi.waitFor(() => expect(started.at(-1)).toBe('the third'));
  expect(started).toEqual(['first', 'the third']);
  expect(failures).toEqual([]);
});

it('calls nothing any more when it has been ended', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let begun = false;
  watch(async () => {
    begun = true;
    await gate;
    throw new Error('too late');
  });
  await vi.waitFor(() => expect(begun).toBe(true));
  unwatch();
  open();
  await gate;
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toEqual([]);
});
