/** Where the test run's own services are; set by the test runner. */
export function readTestServices(env: NodeJS.ProcessEnv = process.env): { postgresUrl: string; natsUrl: string } {
  const { TEST_POSTGRES_URL: postgresUrl, TEST_NATS_URL: natsUrl } = env;
  if (!postgresUrl || !natsUrl) {
    throw new Error(
      'TEST_POSTGRES_URL and TEST_NATS_URL are not set: run the tests with "npm test" (or vitest from the root)',
    );
  }
  return { postgresUrl, natsUrl };
}
