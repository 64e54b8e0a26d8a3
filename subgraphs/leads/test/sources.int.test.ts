import { uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acme, makeSource, operator, startLeads } from './leadsFixture.js';

let leads: TestSubgraph;
beforeAll(async () => {
  leads = await startLeads();
});
afterAll(() => leads.stop());

const make = (input: Record<string, unknown>) =>
  leads.query(
    'mutation ($input: CreateSourceInput!) { createSource(input: $input) { id name partner pricing { type cents basisPoints } dailyCap quality } }',
    { input },
    operator,
  );
const change = (id: string, input: Record<string, unknown>) =>
  leads.query(
    'mutation ($id: ID!, $input: UpdateSourceInput!) { updateSource(id: $id, input: $input) { name pricing { type cents basisPoints } dailyCap } }',
    { id, input },
    operator,
  );
const fixed = { type: 'FIXED', cents: 500 };

describe('sources', () => {
  it('are made with a price of one kind', async () => {
    const { data } = await make({
      name: ' Web ',
      partner: 'acme',
      pricing: { type: 'REVENUE_SHARE', basisPoints: 2_500 },
      dailyCap: 10,
    });
    expect(data.createSource).toMatchObject({
      name: 'Web',
      partner: 'acme',
      pricing: { type: 'REVENUE_SHARE', cents: null, basisPoints: 2_500 },
      dailyCap: 10,
      quality: null,
    });
  });

  it.each([
    ['a price of the other kind', { pricing: { type: 'FIXED', basisPoints: 1 } }, 'pricing.cents'],
    ['two prices', { pricing: { ...fixed, basisPoints: 1 } }, 'pricing.cents'],
    ['a share over all', { pricing: { type: 'REVENUE_SHARE', basisPoints: 10_001 } }, 'pricing.basisPoints'],
    ['a price below nothing', { pricing: { type: 'FIXED', cents: -1 } }, 'pricing.cents'],
    ['no name', { name: '  ' }, 'name'],
    ['a cap below nothing', { dailyCap: -1 }, 'dailyCap'],
  ])('are refused with %s', async (_, changes, field) => {
    const { errors } = await make({ name: uuidv7(), partner: 'acme', pricing: fixed, ...changes });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('have a name of their own within their partner', async () => {
    const name = uuidv7();
    const id = await makeSource(leads, { name });
    expect((await make({ name, partner: 'acme', pricing: fixed })).errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect((await make({ name, partner: 'rival', pricing: fixed })).errors).toBeUndefined();
    const other = await makeSource(leads);
    expect((await change(other, { name })).errors?.[0]?.extensions.code).toBe('CONFLICT');
    const { data } = await leads.query(
      'query ($name: String) { sources(name: $name) { edges { node { id } } } }',
      { name },
      acme,
    );
    expect(data.sources.edges).toEqual([{ node: { id } }]);
  });

  it('change in what is given, and lose their cap with null', async () => {
    const id = await makeSource(leads, { dailyCap: 5 });
    expect(
      (await change(id, { pricing: { type: 'REVENUE_SHARE', basisPoints: 100 } })).data.updateSource,
    ).toMatchObject({
      pricing: { type: 'REVENUE_SHARE', cents: null, basisPoints: 100 },
      dailyCap: 5,
    });
    expect((await change(id, { dailyCap: null })).data.updateSource.dailyCap).toBeNull();
    for (const unknown of [uuidv7(), 'x']) {
      expect((await change(unknown, {})).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
  });

  it('are listed to a partner as far as they are its own', async () => {
    await makeSource(leads, { partner: 'rival' });
    const { data } = await leads.query('{ sources(first: 100) { edges { node { partner } } } }', {}, acme);
    expect(new Set(data.sources.edges.map(({ node }: { node: { partner: string } }) => node.partner))).toEqual(
      new Set(['acme']),
    );
  });
});

describe('health', () => {
  it('tells how the service is doing, to anybody', async () => {
    const { data } = await leads.query('{ health { leads { status failing uptimeSeconds } } }');
    expect(data.health.leads).toMatchObject({ status: 'OK', failing: [] });
  });
});
