import type { AddressInfo } from 'node:net';
import OpenAI, { APIConnectionTimeoutError, APIError, type ClientOptions } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildOpenAiEmulator } from './openAiEmulator.js';
import type { EmulatorSettings } from './settings.js';

const quick = { latencyMs: 2 } satisfies Partial<EmulatorSettings>;
const open: ReturnType<typeof buildOpenAiEmulator>[] = [];

async function start(settings: Partial<EmulatorSettings> = quick, client: ClientOptions = {}) {
  const app = buildOpenAiEmulator({ settings });
  open.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const openai = new OpenAI({ apiKey: 'sk-test-0123456789', baseURL: `${url}/v1`, maxRetries: 0, ...client });
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  };
  return { url, openai, control };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

const Weather = z.object({
  city: z.string().max(40),
  degrees: z.number().int().min(-40).max(50),
  sky: z.enum(['CLEAR', 'CLOUDY']),
  alerts: z.array(z.object({ code: z.string(), certain: z.boolean() })),
  wind: z.union([z.string(), z.null()]),
});
const weather = (text = 'How is the weather in Boise?') => ({
  model: 'gpt-4.1-mini',
  messages: [{ role: 'user' as const, content: text }],
  response_format: zodResponseFormat(Weather, 'weather'),
});

const facts = (part: object) => ({
  model: 'gpt-4.1-mini',
  messages: [
    { role: 'system' as const, content: 'Qualify the lead.' },
    { role: 'user' as const, content: `<facts>${JSON.stringify(part)}</facts> Answer with JSON.` },
  ],
  response_format: zodResponseFormat(
    z.object({
      score: z.number().int().min(0).max(100),
      decision: z.enum(['QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED']),
      reasons: z.array(z.object({ code: z.string(), weight: z.number().int(), text: z.string() })),
      missingFields: z.array(z.string()),
    }),
    'lead_qualification',
  ),
});

describe('chat completions with the official client', () => {
  it('answers a strict JSON schema with an answer that keeps it, the same one each time', async () => {
    const { openai } = await start();
    const first = await openai.chat.completions.parse(weather());
    const second = await openai.chat.completions.parse(weather());
    const other = await openai.chat.completions.parse(weather('And in Reno?'));
    expect(Weather.safeParse(first.choices[0]?.message.parsed).success).toBe(true);
    expect(second.choices[0]?.message.content).toBe(first.choices[0]?.message.content);
    expect(other.choices[0]?.message.content).not.toBe(first.choices[0]?.message.content);
    expect(second.id).not.toBe(first.id);
    expect(first.choices[0]?.finish_reason).toBe('stop');
    expect(first.usage?.prompt_tokens).toBeGreaterThan(10);
    expect(first.usage?.total_tokens).toBe((first.usage?.prompt_tokens ?? 0) + (first.usage?.completion_tokens ?? 0));
  });

  it('qualifies a lead by the facts of the prompt', async () => {
    const { openai } = await start();
    const good = await openai.chat.completions.parse(
      facts({
        phone: { present: true, valid: true, mobile: true },
        email: { present: true, valid: true },
        missingFields: [],
        sourceQuality: 0.8,
        details: { daysToExpiry: 6 },
      }),
    );
    const bad = await openai.chat.completions.parse(
      facts({
        phone: { present: true, valid: false },
        email: { present: false },
        missingFields: ['phone', 'zip', 'vin'],
      }),
    );
    expect(good.choices[0]?.message.parsed).toMatchObject({ decision: 'QUALIFIED', missingFields: [] });
    expect(good.choices[0]?.message.parsed?.score).toBeGreaterThanOrEqual(70);
    expect(bad.choices[0]?.message.parsed).toMatchObject({
      decision: 'DISQUALIFIED',
      missingFields: ['phone', 'zip', 'vin'],
    });
  });

  it('spreads many leads over all the tiers and decisions', async () => {
    const { openai } = await start({ latencyMs: 0 });
    const scores: number[] = [];
    const decisions = new Set<string>();
    for (let index = 0; index < 120; index += 1) {
      const answer = await openai.chat.completions.parse(
        facts({
          phone: { present: true, valid: index % 9 !== 0, mobile: index % 2 === 0 },
          email: { present: index % 4 !== 0, valid: index % 4 !== 0 && index % 7 !== 0 },
          missingFields: ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, index % 6),
          sourceQuality: (index % 10) / 10,
          details: { daysToExpiry: (index * 13) % 160 },
          notes: index % 11 === 0 ? 'just looking' : null,
        }),
      );
      scores.push(answer.choices[0]?.message.parsed?.score ?? -1);
      decisions.add(answer.choices[0]?.message.parsed?.decision ?? '');
    }
    const within = (low: number, high: number) => scores.filter((score) => score >= low && score < high).length;
    for (const count of [within(80, 101), within(60, 80), within(40, 60), within(0, 40)]) {
      expect(count).toBeGreaterThanOrEqual(8);
    }
    expect(decisions).toEqual(new Set(['QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED']));
  });

  it('streams the same content that it answers whole, with the usage at the end', async () => {
    const { openai } = await start();
    const whole = await openai.chat.completions.create(weather());
    const chunks = await openai.chat.completions.create({
      ...weather(),
      stream: true,
      stream_options: { include_usage: true },
    });
    let content = '';
    let usage: OpenAI.CompletionUsage | null = null;
    let finish: string | null = null;
    for await (const chunk of chunks) {
      content += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect(content).toBe(whole.choices[0]?.message.content);
    expect(finish).toBe('stop');
    expect(usage).toEqual(whole.usage);
  });

  it('cuts an answer at max_completion_tokens and says so', async () => {
    const { openai } = await start();
    const answer = await openai.chat.completions.create({ ...weather(), max_completion_tokens: 3 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.choices[0]?.message.content).toHaveLength(12);
  });
});

describe('embeddings', () => {
  it('answers unit vectors of the asked size, in the base64 form that the client asks for and as numbers', async () => {
    const { openai } = await start();
    const input = ['auto insurance in Idaho', 'auto insurance in Oregon', 'a violin concerto'];
    const packed = await openai.embeddings.create({ model: 'text-embedding-3-small', input, dimensions: 256 });
    const plain = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input,
      dimensions: 256,
      encoding_format: 'float',
    });
    const vectors = packed.data.map((item) => item.embedding);
    const dot = (a: number[] = [], b: number[] = []) =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    expect(vectors.map((vector) => vector.length)).toEqual([256, 256, 256]);
    expect(dot(vectors[0], vectors[0])).toBeCloseTo(1, 5);
    expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]) + 0.3);
    for (const [index, value] of (plain.data[0]?.embedding ?? []).entries()) {
      expect(value).toBeCloseTo(vectors[0]?.[index] ?? Number.NaN, 6);
    }
    expect(packed.usage.prompt_tokens).toBeGreaterThan(0);
  });

  it('has the native size without dimensions and refuses more than that', async () => {
    const { openai } = await start();
    const answer = await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'x' });
    expect(answer.data[0]?.embedding).toHaveLength(1536);
    await expect(
      openai.embeddings.create({ model: 'text-embedding-3-small', input: 'x', dimensions: 2000 }),
    ).rejects.toMatchObject({ status: 400, param: 'dimensions' });
  });
});

describe('errors in the shape of the real service', () => {
  it('lists models', async () => {
    const { openai } = await start();
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toContain('gpt-4.1-mini');
  });

  it('refuses a wrong key, and no key', async () => {
    const { url, openai } = await start(quick, { apiKey: 'wrong-key-1234' });
    await expect(openai.chat.completions.create(weather())).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
    });
    const answer = await fetch(`${url}/v1/models`);
    expect(answer.status).toBe(401);
  });

  it.each([
    ['an unknown model', { model: 'llama-9' }, 404, 'model_not_found', 'model'],
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, 400, 'unsupported_parameter', 'tools'],
    ['several choices', { n: 2 }, 400, 'unsupported_value', 'n'],
    ['no messages', { messages: [] }, 400, null, 'messages'],
    ['a temperature out of range', { temperature: 3 }, 400, null, 'temperature'],
    [
      'a strict schema that allows more properties',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', strict: true, schema: { type: 'object', properties: {}, required: [] } },
        },
      },
      400,
      null,
      'response_format',
    ],
  ])('refuses %s', async (_what, part, status, code, param) => {
    const { openai } = await start();
    await expect(openai.chat.completions.create({ ...weather(), ...(part as object) })).rejects.toMatchObject({
      status,
      code,
      param,
      type: 'invalid_request_error',
    });
  });

  it('answers a body that is not JSON and an unknown address with the error shape too', async () => {
    const { url } = await start();
    const headers = { authorization: 'Bearer sk-test', 'content-type': 'application/json' };
    const broken = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: '{"model":' });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    const unknown = await fetch(`${url}/v1/nothing`, { headers });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { message: 'Invalid URL (GET /v1/nothing)' } });
  });

  it('names each request and its processing time', async () => {
    const { openai } = await start();
    const { response, request_id: id } = await openai.chat.completions.create(weather()).withResponse();
    expect(id).toMatch(/^req_[0-9a-f]{16}$/);
    expect(Number(response.headers.get('openai-processing-ms'))).toBeGreaterThanOrEqual(1);
    expect(Number(response.headers.get('x-ratelimit-remaining-requests'))).toBeGreaterThan(29_000);
  });
});

describe('disturbances', () => {
  it('fails the asked share, always the same requests, and lets the retries of the client succeed', async () => {
    const { openai, control } = await start({ latencyMs: 0, failureRate: 0.4 });
    const round = async () => {
      const outcomes: string[] = [];
      for (let index = 0; index < 40; index += 1) {
        const ended = openai.chat.completions.create(weather(`number ${index}`)).then(
          () => 'ok',
          (error: APIError) => String(error.status),
        );
        outcomes.push(await ended);
      }
      return outcomes;
    };
    const first = await round();
    expect(first.filter((outcome) => outcome !== 'ok').length).toBeGreaterThan(8);
    expect(new Set(first)).toEqual(new Set(['ok', '500', '503']));
    await control('POST', 'reset');
    expect(await round()).toEqual(first);
    await control('POST', 'reset');
    const patient = openai.withOptions({ maxRetries: 8, fetch: fetchWithoutBackoff });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => patient.chat.completions.create(weather(`number ${index}`))),
    );
    expect(answers.every((answer) => answer.choices[0]?.finish_reason === 'stop')).toBe(true);
  });

  it('limits the rate with the headers that the client waits by', async () => {
    const { openai, control } = await start({ latencyMs: 0, rateLimitRate: 1 });
    const error = await openai.chat.completions.create(weather()).catch((reason: unknown) => reason as APIError);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect((error as APIError).headers?.get('retry-after-ms')).toBe('50');
    await control('PATCH', 'settings', { rateLimitRate: 0.5 });
    const patient = openai.withOptions({ maxRetries: 8 });
    expect((await patient.chat.completions.create(weather())).choices).toHaveLength(1);
  });

  it('keeps the limits of the account', async () => {
    const { openai } = await start({ latencyMs: 0, requestsPerMinute: 2 });
    await openai.chat.completions.create(weather('1'));
    await openai.chat.completions.create(weather('2'));
    await expect(openai.chat.completions.create(weather('3'))).rejects.toMatchObject({ status: 429, type: 'requests' });
  });

  it('answers malformed contents that no reader of the schema accepts', async () => {
    const { openai } = await start({ latencyMs: 0, malformedRate: 1 });
    const kinds = new Set<string>();
    for (let index = 0; index < 24; index += 1) {
      const { choices } = await openai.chat.completions.create(weather(`malformed ${index}`));
      const { message, finish_reason: finish } = choices[0] ?? {};
      kinds.add(
        message?.refusal
          ? 'refusal'
          : finish === 'length'
            ? 'cut'
            : message?.content?.startsWith('{')
              ? 'shape'
              : 'prose',
      );
      expect(() => Weather.parse(JSON.parse(message?.content ?? ''))).toThrow();
    }
    expect(kinds).toEqual(new Set(['refusal', 'cut', 'shape', 'prose']));
  });

  it('lets a slow request run into the time limit of the client, and notices that it hung up', async () => {
    const { openai, control } = await start({ latencyMs: 0, slowRate: 1, slowMs: 60_000 }, { timeout: 60 });
    await expect(openai.chat.completions.create(weather())).rejects.toBeInstanceOf(APIConnectionTimeoutError);
    await expect.poll(async () => (await control('GET', 'stats')).body.aborted).toBe(1);
  });

  it('takes its latency from the input, within the spread', async () => {
    const { openai } = await start({ latencyMs: 80, latencySpread: 0.25 });
    const times: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const { response } = await openai.chat.completions.create(weather(`latency ${index}`)).withResponse();
      times.push(Number(response.headers.get('openai-processing-ms')));
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(59);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it('changes settings at run time, refuses unknown ones, and counts', async () => {
    const { openai, control } = await start();
    expect((await control('PATCH', 'settings', { latencyMs: 0, failureRate: 1 })).body).toMatchObject({
      failureRate: 1,
    });
    expect((await control('PATCH', 'settings', { failrate: 1 })).status).toBe(400);
    expect((await control('PATCH', 'settings', { failureRate: 2 })).status).toBe(400);
    await openai.chat.completions.create(weather()).catch(() => undefined);
    const { body } = await control('GET', 'stats');
    expect(body).toMatchObject({ requests: { chat: 1 }, disturbed: { failed: 1 } });
    await control('POST', 'reset');
    expect((await control('GET', 'settings')).body).toMatchObject({ failureRate: 0, latencyMs: 2 });
  });
});

/** The client's fetch, with the answer asking for a retry at once: the tests do not sit out the real backoff. */
const fetchWithoutBackoff: typeof fetch = async (url, init) => {
  const answer = await fetch(url, init);
  const headers = new Headers(answer.headers);
  headers.set('retry-after-ms', '1');
  return new Response(answer.body, { status: answer.status, headers });
};
