import { describe, expect, it } from 'vitest';
import { ConfigError, PROJECT_ROOT, readStackConfig, subgraphNames } from './config.ts';

describe('readStackConfig', () => {
  it('needs nothing: the ports of the README, everything on this machine', () => {
    const { ports, external, folder, host } = readStackConfig({});
    expect(ports).toEqual({
      gateway: 4000,
      leads: 4001,
      agents: 4002,
      payments: 4003,
      ai: 4004,
      openai: 4010,
      postgres: 5442,
      pgbouncer: 6442,
      redis: 6389,
      nats: 4232,
    });
    expect(external).toEqual({ databaseUrls: {}, openAi: false });
    expect(folder).toBe(`${PROJECT_ROOT}/.leadgraph`);
    expect(host).toBe('127.0.0.1');
  });

  it('reports every fault at once', () => {
    const read = () =>
      readStackConfig({
        PORT: '70000',
        NATS_PORT: 'x',
        LEADS_PORT: '4002',
        REDIS_URL: 'http://localhost',
        LEADS_MASTER_KEY: 'c2hvcnQ=',
        DATABASE_CONNECTIONS: '3',
        PGBOUNCER: 'maybe',
      });
    expect(read).toThrow(ConfigError);
    for (const fault of [
      /PORT: give a port/,
      /NATS_PORT: give a port .* not "x"/,
      /LEADS_PORT, AGENTS_PORT: all of them are 4002/,
      /REDIS_URL: give an address that begins with redis:\/\/ or rediss:\/\//,
      /LEADS_MASTER_KEY: give 32 bytes/,
      /DATABASE_CONNECTIONS: give a number of at least 12/,
      /PGBOUNCER: give auto or off/,
    ]) {
      expect(read).toThrow(fault);
    }
  });

  it('lets no pool be larger than its share of the connections', () => {
    expect(readStackConfig({ DATABASE_POOL_SIZE: '4' })).toMatchObject({ connectionBudget: 20, pgbouncer: true });
    expect(() => readStackConfig({ DATABASE_POOL_SIZE: '5' })).toThrow(/DATABASE_POOL_SIZE: at most 4 fit/);
    expect(readStackConfig({ DATABASE_POOL_SIZE: '9', DATABASE_CONNECTIONS: '40' }).connectionBudget).toBe(40);
  });

  it('takes what is given from outside; empty variables are not given', () => {
    const databases = Object.fromEntries(
      subgraphNames.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, `postgres://db/${name}`]),
    );
    const { external } = readStackConfig({ ...databases, NATS_URL: 'nats://there:4222', REDIS_URL: '' });
    expect(external).toEqual({
      natsUrl: 'nats://there:4222',
      databaseUrls: Object.fromEntries(subgraphNames.map((name) => [name, `postgres://db/${name}`])),
      openAi: false,
    });
  });

  it.each([
    [{ OPENAI_API_KEY: 'sk-real' }, true],
    [{ OPENAI_BASE_URL: 'http://localhost:9999/v1' }, true],
    [{}, false],
  ])('starts no emulator when there is another OpenAI: %j', (env, given) => {
    expect(readStackConfig(env).external.openAi).toBe(given);
  });
});
