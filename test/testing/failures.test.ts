import { type CodexReply, codexFailures } from 'ai-sdk-codex/testing';
import { describe, expect, it } from 'vitest';
import { parseFrames, post, validBody, validHeaders, withEmulator } from './client';

async function answerTo(reply: CodexReply) {
  let answer = { status: 0, headers: new Headers(), text: '' };
  await withEmulator(async (emulator, login) => {
    emulator.reply(reply);
    const response = await post(emulator, validHeaders(login));
    answer = { status: response.status, headers: response.headers, text: await response.text() };
    expect((await post(emulator, validHeaders(login))).status).toBe(200);
  });
  return answer;
}

describe('rule 25: headers', () => {
  it('sends limits, etag, request id and turn state', () =>
    withEmulator(async (emulator, login) => {
      const { headers } = await post(emulator, validHeaders(login));
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-request-id': expect.stringMatching(/^req_/),
        'x-codex-turn-state': expect.stringMatching(/^ts_/),
        'x-models-etag': expect.any(String),
        'x-codex-primary-used-percent': '12',
        'x-codex-primary-window-minutes': '300',
        'x-codex-primary-reset-at': expect.stringMatching(/^\d{10}$/),
        'x-codex-secondary-window-minutes': '10080',
        'x-codex-plan-type': 'plus',
      });
      expect(headers.has('openai-model')).toBe(false);
    }));

  it.each([
    ['a failure of the script', codexFailures.overloaded(), {}, 503],
    ['a limit that is reached', codexFailures.usageLimit(), {}, 429],
    ['a refusal', 'never', { store: true }, 400],
  ] as const)('sends a request id and neither etag nor turn state with %s', (_, reply, body, status) =>
    withEmulator(async (emulator, login) => {
      emulator.reply(reply);
      const response = await post(emulator, validHeaders(login), validBody(body));
      expect(response.status).toBe(status);
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
      expect(response.headers.has('x-codex-turn-state')).toBe(false);
      expect(response.headers.has('x-models-etag')).toBe(false);
    }),
  );

  it('sends a missing window as zero with an empty reset', () =>
    withEmulator(
      async (emulator, login) => {
        const { headers } = await post(emulator, validHeaders(login));
        expect(headers.get('x-codex-primary-window-minutes')).toBe('10080');
        expect(headers.get('x-codex-secondary-window-minutes')).toBe('0');
        expect(headers.get('x-codex-secondary-reset-at')).toBe('');
      },
      { rateLimits: { primary: { usedPercent: 1, windowMinutes: 10_080, resetsInSeconds: 60 } } },
    ));
});

describe('rule 26: quota', () => {
  it('a window that is used up', async () => {
    const { status, headers, text } = await answerTo(
      codexFailures.usageLimit({ resetsInSeconds: 60, planType: 'pro' }),
    );
    expect(status).toBe(429);
    expect(JSON.parse(text)).toEqual({
      error: {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: 'pro',
        resets_at: expect.any(Number),
        eligible_promo: null,
        resets_in_seconds: 60,
      },
    });
    expect(headers.get('x-codex-primary-used-percent')).toBe('100');
    expect(headers.get('x-codex-rate-limit-reached-type')).toBe('rate_limit_reached');
  });

  it('resets by the virtual clock', () =>
    withEmulator(async (emulator, login) => {
      const before = Math.floor(Date.now() / 1000);
      emulator.advance(1_000_000);
      emulator.reply(codexFailures.usageLimit({ resetsInSeconds: 5 }));
      const { error } = (await (await post(emulator, validHeaders(login))).json()) as { error: { resets_at: number } };
      expect(error.resets_at).toBeGreaterThanOrEqual(before + 1005);
    }));

  it.each([
    ['usage_limit_reached', codexFailures.usageLimit()],
    ['usage_not_included', codexFailures.usageNotIncluded()],
  ])('%s names the plan of the account that asks', (type, reply) =>
    withEmulator(async (emulator) => {
      emulator.reply(reply);
      const response = await post(emulator, validHeaders(emulator.login({ planType: 'team' })));
      expect(await response.json()).toMatchObject({ error: { type, plan_type: 'team' } });
      expect(emulator.requests[0]?.planType).toBe('team');
    }),
  );

  it('a plan without Codex', async () => {
    const { status, text } = await answerTo(codexFailures.usageNotIncluded({ planType: 'free' }));
    expect(status).toBe(429);
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'usage_not_included', plan_type: 'free' } });
  });

  it('throttling', async () => {
    const { status, headers, text } = await answerTo(codexFailures.throttled({ retryAfter: 7 }));
    expect([status, headers.get('retry-after'), JSON.parse(text).error.code]).toEqual([
      429,
      '7',
      'rate_limit_exceeded',
    ]);
    expect(headers.has('x-codex-primary-used-percent')).toBe(true);
  });
});

describe('rule 27: outages and refusals', () => {
  it.each(['server_is_overloaded', 'slow_down'] as const)('503 %s', async (code) => {
    const { status, text } = await answerTo(codexFailures.overloaded(code));
    expect([status, JSON.parse(text).error.code]).toEqual([503, code]);
  });

  it.each([500, 502, 503])('plain %i', async (code) => {
    const { status, headers, text } = await answerTo(codexFailures.serverError(code));
    expect([status, headers.get('content-type'), text]).toEqual([code, 'text/plain', 'upstream error']);
  });

  it('the page of the edge', async () => {
    const { status, headers, text } = await answerTo(codexFailures.cloudflareBlocked());
    expect([status, headers.get('cf-ray')]).toEqual([403, expect.any(String)]);
    expect(text).toMatch(/^<!DOCTYPE html>.*Just a moment/);
  });

  it.each([
    ['unauthorized', codexFailures.unauthorized(), 401, { detail: 'Unauthorized' }],
    [
      'missing scopes (rule 25 of the issuer)',
      codexFailures.missingScopes(),
      401,
      {
        error: {
          message: 'Missing scopes: api.responses.write',
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ],
    ['deactivated', codexFailures.deactivatedWorkspace(), 402, { detail: { code: 'deactivated_workspace' } }],
    ['too large', codexFailures.tooLarge(), 413, { detail: expect.any(String) }],
    ['bad request', codexFailures.badRequest('No'), 400, { detail: 'No' }],
    [
      'invalidated',
      codexFailures.tokenRefused('invalidated'),
      401,
      {
        error: { message: expect.any(String), type: 'invalid_request_error', code: 'token_invalidated', param: null },
        status: 401,
      },
    ],
    [
      'no such model',
      codexFailures.modelNotFound('m'),
      404,
      { error: { message: 'Model not found m', type: 'invalid_request_error', param: 'model', code: null } },
    ],
  ] as const)('%s', async (_, reply, status, body) => {
    const answer = await answerTo(reply);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, body]);
  });
});

describe('rule 28: a stream that fails', () => {
  it.each([
    'context_length_exceeded',
    'insufficient_quota',
    'usage_not_included',
    'invalid_prompt',
    'cyber_policy',
    'server_is_overloaded',
    'slow_down',
    'rate_limit_exceeded',
    'server_error',
  ])('response.failed with %s, then the end', async (code) => {
    const { status, text } = await answerTo({ text: 'par', failed: code });
    const events = parseFrames(text);
    expect(status).toBe(200);
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed', error: { code } } });
    expect(events.some((event) => event.type === 'response.completed')).toBe(false);
  });

  it('response.failed without a code, in its own words', async () => {
    const { text } = await answerTo({ failed: { code: null, message: 'No' } });
    expect(parseFrames(text).at(-1)?.response).toMatchObject({ error: { code: null, message: 'No' } });
  });

  it.each(['max_output_tokens', 'content_filter'])('response.incomplete for %s', async (reason) => {
    const { text } = await answerTo({ text: 'par', incomplete: reason });
    expect(parseFrames(text).at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason } },
    });
  });

  it.each([0, 1, 5])('a cut after %i events', (cutAfter) =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ text: 'a b c d e f', cutAfter });
      const response = await post(emulator, validHeaders(login));
      let text = '';
      const read = async () => {
        for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk as Uint8Array);
      };
      await expect(read()).rejects.toThrow();
      expect(parseFrames(text)).toHaveLength(cutAfter);
      expect(await emulator.requests[0]?.closed).toBe('cut');
    }),
  );

  it('a connection that is dropped before any header', () =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ dropConnection: true });
      await expect(post(emulator, validHeaders(login))).rejects.toThrow();
    }));

  it.each([0, 2])('a stall after %i events, until the client leaves', (stallAfter) =>
    withEmulator(async (emulator, login) => {
      emulator.reply({ text: 'a b c', stallAfter });
      const controller = new AbortController();
      const response = await post(emulator, validHeaders(login), validBody(), controller.signal);
      const reader = response.body?.getReader();
      let text = '';
      while (parseFrames(text).length < stallAfter) text += new TextDecoder().decode((await reader?.read())?.value);
      const more = Symbol('nothing yet');
      const next = reader?.read();
      const pause = new Promise((resolve) => setTimeout(() => resolve(more), 100));
      expect(await Promise.race([next, pause])).toBe(more);
      expect(emulator.requests[0]?.aborted).toBe(false);
      controller.abort();
      await expect(next).rejects.toThrow();
      expect(await emulator.requests[0]?.closed).toBe('aborted');
      expect(parseFrames(text)).toHaveLength(stallAfter);
    }),
  );
});
