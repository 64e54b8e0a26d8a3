import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from './lockFile.ts';

let folder: string;
let file: string;
const mine = { pid: process.pid, url: 'http://localhost:4000' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leadgraph-lock-'));
  file = join(folder, 'launcher.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('takeLock', () => {
  it('takes a free lock and gives it back', () => {
    const lock = takeLock(file, mine);
    expect(lock).toMatchObject({ held: true, afterCrash: false });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(mine);
    if (lock.held) lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it('says who holds it', () => {
    const launcher = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'start.ts']);
    try {
      const holder = { pid: launcher.pid as number, url: 'http://localhost:4100' };
      writeFileSync(file, JSON.stringify(holder));
      expect(takeLock(file, mine)).toEqual({ held: false, by: holder });
    } finally {
      launcher.kill('SIGKILL');
    }
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, url: '' })],
    ['a process id that is another program by now', JSON.stringify({ pid: process.ppid, url: '' })],
    ['half a file', '{"pid": 1'],
  ])('takes over the lock of %s', (_who, content) => {
    writeFileSync(file, content);
    expect(takeLock(file, mine)).toMatchObject({ held: true, afterCrash: true });
  });
});
