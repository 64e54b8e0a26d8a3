// node .ci/countTests.mjs REPORT STATUS
// Prints "N passed, N failed" for a JSON report of vitest; exits with 1 when a test failed, none passed, the report is missing or STATUS (the runner's) is not 0.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
const { passed, failed } = count(file);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 || status !== '0' ? 1 : 0;

function count(report) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch (error) {
    console.error(`There is no report of the tests: the runner did not come to its end (${error.message})`);
    return { passed: 0, failed: 0 };
  }
  const tests = results.flatMap((each) => each.assertionResults);
  const inState = (state) => tests.filter((test) => test.status === state).length;
  // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
  const brokenFiles = results.filter(
    (each) => each.status === 'failed' && !each.assertionResults.some((test) => test.status === 'failed'),
  );
  for (const each of brokenFiles) console.error(`${each.name}: ${each.message}`);
  return { passed: inState('passed'), failed: inState('failed') + brokenFiles.length };
}
