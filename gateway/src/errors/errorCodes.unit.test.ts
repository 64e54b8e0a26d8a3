import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from './errorCodes.js';

const read = (folder: URL, wanted: (path: string) => boolean) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('errorCodes') && wanted(path))
    .map((path) => readFileSync(new URL(path, folder), 'utf8'))
    .join('\n');
const isTest = (path: string) => path.endsWith('.test.ts');
const src = new URL('../', import.meta.url);
const sources = read(src, (path) => !isTest(path));
// Of the end-to-end tests the fixtures too: tables of cases stand there.
const tests = read(src, isTest) + read(new URL('../../test/', import.meta.url), () => true);

for (const [code, { status, meaning }] of Object.entries(errorCodes)) {
  it(`${code} has a form, a status and a meaning, is used and is tested`, () => {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(meaning).toMatch(/^[A-Z].{15,}\.$/);
    expect(sources.includes(`'${code}'`), 'used').toBe(true);
    expect(tests.includes(`'${code}'`), 'tested').toBe(true);
  });
}
