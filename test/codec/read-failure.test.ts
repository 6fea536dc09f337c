import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackendFailure } from '../../src/codec/response/backend-failure';
import { classifyFailure } from '../../src/codec/response/classify-failure';
import { readEventFailure, readHttpFailure } from '../../src/codec/response/read-failure';

const read = (body: unknown, headers: Record<string, string> = {}) =>
  readHttpFailure({ status: 400, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

type Facts = Partial<BackendFailure>;

describe('an HTTP answer', () => {
  it.each<[string, unknown, Facts]>([
    [
      'an error object',
      { error: { message: 'No.', type: 'invalid_request_error', code: 'x', param: 'model' } },
      { message: 'No.', codes: ['x', 'invalid_request_error'], param: 'model' },
    ],
    ['a code that is null', { error: { message: 'No.', code: null, param: null } }, { message: 'No.', codes: [] }],
    ['an error text', { error: 'It broke.' }, { message: 'It broke.', codes: [] }],
    [
      'an error word',
      { error: 'invalid_token', error_description: 'Too old.' },
      { message: 'Too old.', codes: ['invalid_token'] },
    ],
    ['a detail text', { detail: 'Unauthorized' }, { message: 'Unauthorized', codes: [] }],
    ['a detail object', { detail: { code: 'deactivated_workspace' } }, { codes: ['deactivated_workspace'] }],
    ['a detail with a message', { detail: { code: 'c', message: 'Off.' } }, { message: 'Off.', codes: ['c'] }],
    [
      'a detail list',
      { detail: [{ loc: ['body', 'input', 0], msg: 'field required' }, { msg: 'no place' }, 'junk'] },
      { message: 'body.input.0: field required; no place', param: 'body.input.0', codes: [] },
    ],
    ['flat fields', { code: 'c', message: 'Flat.' }, { message: 'Flat.', codes: ['c'] }],
    [
      'a detail in an error',
      { error: { detail: 'Unsupported parameter: x' } },
      { message: 'Unsupported parameter: x' },
    ],
    [
      'words in two places',
      { error: { type: 'a' }, detail: { code: 'token_revoked' } },
      { codes: ['a', 'token_revoked'] },
    ],
    ['a JSON text', '"Just text"', { message: 'Just text' }],
    ['plain text', '  upstream error\n', { message: 'upstream error', isHtml: false }],
    ['a sentence as code', { error: { code: 'not a code', message: 'No.' } }, { codes: [], message: 'No.' }],
    ['a page', '\n<!DOCTYPE html><title>\n Just a\n moment... </title>', { isHtml: true, message: 'Just a moment...' }],
  ])('with %s', (_name, body, facts) => {
    expect(read(body)).toMatchObject({ status: 400, isHtml: false, ...facts });
  });

  it.each(['', ' \n', '{}', '[]', 'null', '0', '<p>'])('with %j says nothing', (body) => {
    const said = read(body);
    expect(said.message).toBeUndefined();
    expect(said.codes).toEqual([]);
  });

  it('is a page by its content type, but for JSON that has the wrong one', () => {
    const headers = { 'content-type': 'text/html' };
    expect(read('Forbidden', headers)).toMatchObject({ isHtml: true });
    expect(read({ detail: 'Forbidden' }, headers)).toMatchObject({ isHtml: false, message: 'Forbidden' });
  });

  it.each([
    ['<html><body>Performance &amp; security by Cloudflare</body>', true],
    ['<title>Attention Required!</title>', true],
    ['<div id="cf-error-details"></div>', true],
    ['<title>Blocked</title><script src="https://cdnjs.cloudflare.com/a.js"></script>', false],
  ])('is a page of Cloudflare if it says so: %s', (body, isOfCloudflare) => {
    expect(read(body).isOfCloudflare ?? false).toBe(isOfCloudflare);
  });

  it.each<[unknown, Facts]>([
    [
      { type: 'message', content: [] },
      { codes: [], status: 200 },
    ],
    [{ code: 'OK' }, { codes: [], status: 200 }],
    [
      { type: 'about:blank', title: 'Hello' },
      { codes: [], status: 200 },
    ],
    [{ error: { code: null, message: null } }, { codes: [], isWrapped: true }],
    [{ detail: 'Unauthorized' }, { codes: [], isWrapped: true }],
    [
      { type: 'x', error: { code: 'server_error' } },
      { codes: ['server_error'], isWrapped: true },
    ],
  ])('with 200 has words of its own, which are not about a failure: %j', (body, facts) => {
    const said = readHttpFailure({ status: 200, headers: {}, body: JSON.stringify(body) });
    expect(said).toMatchObject(facts);
    expect('status' in said).toBe(!facts.isWrapped);
  });

  it('is completed by its headers', () => {
    const json = base64({ error: { code: 'cyber_policy', message: 'Né.', plan_type: 'plus' } });
    expect(read('', { 'x-error-json': json })).toMatchObject({
      codes: ['cyber_policy'],
      message: 'Né.',
      planType: 'plus',
    });
    expect(read({ detail: 'Body.' }, { 'x-error-json': json })).toMatchObject({
      codes: ['cyber_policy'],
      message: 'Body.',
    });
    expect(read('', { 'x-openai-authorization-error': 'token_expired' })).toMatchObject({ codes: ['token_expired'] });
    expect(read('', { 'x-openai-authorization-error': 'Too old.' })).toMatchObject({ codes: [], message: 'Too old.' });
    for (const junk of ['%%%', 'bm8=', base64([1])]) expect(read('', { 'x-error-json': junk }).codes).toEqual([]);
  });

  it.each<[unknown, number | undefined]>([
    [1_790_000_000, 1_790_000_000],
    [1_790_000_000_000, 1_790_000_000],
    ['1790000000', 1_790_000_000],
    ['2026-09-21T14:13:20Z', 1_790_000_000],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
    [-5, undefined],
    [{}, undefined],
  ])('tells when a limit ends: %j', (resets_at, seconds) => {
    expect(read({ error: { resets_at } }).resetsAt).toBe(seconds);
  });

  it.each<[unknown, number | undefined]>([
    [0, 0],
    [1.5, 1.5],
    ['90', 90],
    ['', undefined],
    ['a while', undefined],
    [null, undefined],
  ])('tells how long that is: %j', (resets_in_seconds, seconds) => {
    expect(read({ error: { resets_in_seconds } }).resetsInSeconds).toBe(seconds);
  });
});

describe('an event', () => {
  const error = { code: 'server_error', type: 'x', message: 'No.', plan_type: 'pro', resets_at: 5 };
  const facts = { codes: ['server_error', 'x'], message: 'No.', planType: 'pro', resetsAt: 5 };

  it.each<[string, Record<string, unknown>, Facts]>([
    ['response.failed', { type: 'response.failed', response: { error } }, facts],
    ['error, nested', { type: 'error', error }, facts],
    [
      'error, flat',
      { type: 'error', code: 'c', message: 'Flat.', param: 'p' },
      { codes: ['c'], message: 'Flat.', param: 'p' },
    ],
    ['error, as text', { type: 'error', error: 'It broke.' }, { codes: [], message: 'It broke.' }],
    ['error, with detail', { type: 'error', error: { detail: 'No.' }, status: 400 }, { message: 'No.', status: 400 }],
    ['without error', { type: 'response.failed', response: { error: null } }, { codes: [] }],
  ])('%s', (_name, event, expected) => {
    expect(readEventFailure(event)).toMatchObject({ headers: {}, isHtml: false, data: event, ...expected });
  });

  it('has a status and headers only where it says so', () => {
    const frame = { type: 'error', status_code: '429', headers: { 'X-A': 1, 'x-b': true, 'x-c': null, 'x-d': 'd' } };
    expect(readEventFailure(frame)).toMatchObject({ status: 429, headers: { 'x-a': '1', 'x-b': 'true', 'x-d': 'd' } });
    expect(readEventFailure({ type: 'error', error: { status: 502 } }).status).toBe(502);
    for (const status of [undefined, null, 200, 99, 'failed', 4.5, {}]) {
      expect(readEventFailure({ type: 'error', status }).status).toBeUndefined();
    }
  });
});

describe('nonsense', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const names = ['error', 'detail', 'code', 'type', 'message', 'param', 'status', 'headers', 'response', 'loc', 'msg'];
  const fields = fc.dictionary(fc.constantFrom(...names, 'resets_at', 'resets_in_seconds', 'plan_type'), value);
  const nested = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fields, fc.array(fields, { maxLength: 3 })));
  const bodies = fc.oneof(
    fc.string(),
    fc.string().map((text) => `<title>${text}`),
    value.map((one) => JSON.stringify(one)),
  );
  const words = fc.constantFrom('', 'x', '<p>', '100', 'True', base64({ error: 1 }), 'Wed, 21 Oct 2026 07:28:00 GMT');
  const headerNames = ['x-error-json', 'retry-after', 'retry-after-ms', 'content-type', 'x-codex-primary-used-percent'];
  const headers = fc.dictionary(fc.constantFrom(...headerNames, 'cf-mitigated'), words);

  it('is never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(value, fields, nested),
        bodies,
        headers,
        fc.integer({ min: 300, max: 599 }),
        (junk, body, head, status) => {
          const spoken = [
            readHttpFailure({ status, headers: head, body: JSON.stringify(junk) }),
            readHttpFailure({ status, headers: head, body }),
            readEventFailure(junk),
            readEventFailure({ type: 'error', error: junk, headers: junk, status: junk }),
            readEventFailure({ type: 'response.failed', response: junk }),
          ];
          for (const said of spoken) {
            const { isRetryable, retryAfterMs = 0, resetsAt = 0 } = classifyFailure(said, 1_000);
            expect(said.codes.every((code) => typeof code === 'string')).toBe(true);
            expect(['string', 'undefined']).toContain(typeof said.message);
            expect(retryAfterMs >= 0 && Number.isFinite(resetsAt)).toBe(true);
            if (isRetryable) expect(retryAfterMs).toBeLessThan(60_000);
          }
        },
      ),
      { seed: 41, numRuns: 300 },
    );
  });
});
