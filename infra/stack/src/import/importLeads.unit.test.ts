import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeadOutcome } from '../graph/leadOutcome.ts';
import { importLeads, rejectedFile } from './importLeads.ts';
import { progressFile } from './importProgress.ts';
import { ImportFileError } from './leadOfCsvRow.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'leadgraph-import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = (text: string) => text.trimEnd().split('\n');
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => JSON.stringify({ externalId: `x-${index + 1}` }));

/** A platform that keeps what was posted by key, rejects every third lead and breaks down for good at the given post. */
function platform(options: { breaksAt?: number } = {}) {
  const posted = new Map<string, number>();
  let posts = 0;
  return {
    posted,
    post: async (lead: Readonly<Record<string, unknown>>, key: string): Promise<LeadOutcome> => {
      posts += 1;
      if (posts === options.breaksAt) throw new Error('the gateway is gone');
      posted.set(key, (posted.get(key) ?? 0) + 1);
      const number = Number(String(lead.externalId).slice(2));
      if (number % 3 === 0)
        return {
          kind: 'REJECTED',
          leadId: 'id',
          replayed: false,
          problems: [{ code: 'ZIP_UNKNOWN', message: 'Give a ZIP.' }],
        };
      return { kind: 'STORED', leadId: `id-${number}` };
    },
  };
}

describe('importLeads', () => {
  it('posts every row and writes the rejected ones with their reasons beside the file, in its order', async () => {
    const file = path.join(folder, 'leads.ndjson');
    await writeFile(file, `${rows(7).join('\n')}\nnot json\n`);
    const { post, posted } = platform();
    const summary = await importLeads({ file, post, concurrency: 4 });
    expect(summary).toEqual({ rows: 8, rowsNow: 8, counts: { STORED: 5, REJECTED: 3 }, finished: true });
    expect(posted.size).toBe(7);
    const rejected = lines(await readFile(rejectedFile(file), 'utf8')).map((line) => JSON.parse(line));
    expect(rejected.map(({ row, codes }) => [row, codes])).toEqual([
      [3, ['ZIP_UNKNOWN']],
      [6, ['ZIP_UNKNOWN']],
      [8, ['ROW_UNREADABLE']],
    ]);
    expect(rejected[0].lead).toEqual({ externalId: 'x-3' });
  });

  it.each([1, 2, 60, 61, 119])(
    'goes on after a break-down at post %i: nothing is lost, nothing noted twice',
    async (breaksAt) => {
      const file = path.join(folder, 'leads.ndjson');
      await writeFile(file, rows(120).join('\n'));
      const { post, posted } = platform({ breaksAt });
      await expect(importLeads({ file, post, concurrency: 5 })).rejects.toThrow('the gateway is gone');
      const summary = await importLeads({ file, post, concurrency: 5 });
      expect(summary.counts).toEqual({ STORED: 80, REJECTED: 40 });
      expect(posted.size).toBe(120);
      expect(lines(await readFile(rejectedFile(file), 'utf8'))).toHaveLength(40);
    },
  );

  it('does not note rejections of rows again that a kill left behind the last progress', async () => {
    const file = path.join(folder, 'leads.ndjson');
    await writeFile(file, rows(6).join('\n'));
    const { post } = platform();
    await importLeads({ file, post, concurrency: 1 });
    const whole = await readFile(rejectedFile(file), 'utf8');
    // As if the process had been killed after the first rejection was written, before any progress was.
    await rm(progressFile(file));
    await importLeads({ file, post, concurrency: 1 });
    expect(await readFile(rejectedFile(file), 'utf8')).toBe(whole);
  });

  it('imports only what was appended since, and refuses a file that changed before that', async () => {
    const file = path.join(folder, 'leads.ndjson');
    await writeFile(file, rows(4).join('\n'));
    const { post } = platform();
    await importLeads({ file, post, concurrency: 2 });
    await writeFile(file, rows(5).join('\n'));
    await expect(importLeads({ file, post, concurrency: 2 })).resolves.toMatchObject({ rows: 5, rowsNow: 1 });
    await writeFile(file, rows(5).reverse().join('\n'));
    await expect(importLeads({ file, post, concurrency: 2 })).rejects.toThrow(ImportFileError);
    await writeFile(file, rows(2).join('\n'));
    await expect(importLeads({ file, post, concurrency: 2 })).rejects.toThrow(/--restart/);
  });

  it.each(['missing.csv', 'missing.ndjson', '.'])('says that %s cannot be read', async (name) => {
    const { post } = platform();
    await expect(importLeads({ file: path.join(folder, name), post, concurrency: 1 })).rejects.toThrow();
  });

  it('stops when asked to and finishes in the next run', async () => {
    const file = path.join(folder, 'leads.ndjson');
    await writeFile(file, rows(40).join('\n'));
    const { post } = platform();
    const stop = new AbortController();
    const onRow = (done: number) => done >= 10 && stop.abort();
    const stopped = await importLeads({ file, post, concurrency: 2, onRow, signal: stop.signal });
    expect(stopped.finished).toBe(false);
    expect(stopped.rows).toBeLessThan(20);
    await expect(importLeads({ file, post, concurrency: 2 })).resolves.toMatchObject({ rows: 40, finished: true });
  });

  it('reads CSV with its own and with foreign headers', async () => {
    const file = path.join(folder, 'leads.csv');
    await writeFile(
      file,
      '\uFEFFFirst Name,Tel,line,zip,tobacco,amountCents,consent_channels\n"Ann ""A""",555,LIFE,02134,yes,2500000,PHONE|SMS\nBob,556,HOME,90210,,x,\n',
    );
    const leads: unknown[] = [];
    const post = async (lead: Readonly<Record<string, unknown>>): Promise<LeadOutcome> => {
      leads.push(lead);
      return { kind: 'STORED', leadId: 'id' };
    };
    await expect(importLeads({ file, post, concurrency: 1 })).rejects.toThrow(/"Tel"/);
    const summary = await importLeads({ file, post, concurrency: 1, mapping: { Tel: 'phone' } });
    expect(summary.counts).toEqual({ STORED: 1, REJECTED: 1 });
    expect(leads).toEqual([
      {
        contact: { firstName: 'Ann "A"', phone: '555' },
        line: 'LIFE',
        address: { zip: '02134' },
        details: { life: { tobacco: true, amountCents: 2_500_000 } },
        consent: { channels: ['PHONE', 'SMS'] },
      },
    ]);
    expect(await readFile(rejectedFile(file), 'utf8')).toContain('amountCents: \\"x\\" is no whole number');
  });
});
