import { type CodexEmulator, startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OAuthCredentials } from '../../src/shared/credentials';
import { post, validBody, validHeaders, withEmulator } from './client';

const UNAUTHORIZED = { detail: 'Unauthorized' };

async function answerOf(response: Response) {
  return { status: response.status, body: await response.json() };
}

/** `{"hello":1}` and the like as one zstd frame with a raw block, written by hand: Node 20 cannot compress zstd. */
function zstdFrame(text: string): Uint8Array {
  const content = Buffer.from(text);
  if (content.length > 0xffff) throw new Error('too long for one raw block');
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  const singleSegmentWithFourByteSize = 0xa0;
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const block = Buffer.alloc(4);
  block.writeUInt32LE((content.length << 3) | 1);
  return Buffer.concat([Buffer.from([...magic, singleSegmentWithFourByteSize]), size, block.subarray(0, 3), content]);
}

describe('who may ask, and where', () => {
  let emulator: CodexEmulator;
  let login: OAuthCredentials;
  beforeAll(async () => {
    emulator = await startCodexEmulator();
    login = emulator.login();
  });
  afterAll(() => emulator.close());
  const accepts = async (headers: Record<string, string>) => {
    const response = await post(emulator, headers);
    expect({ status: response.status, text: await response.text() }).toEqual({
      status: 200,
      text: expect.stringContaining('response.completed'),
    });
  };

  it.each(['/responses/', '/v1/responses', '/chat/completions', '/responses/compact'])(
    'rule 1: 404 for %s',
    async (path) => {
      const init = { method: 'POST', headers: validHeaders(login), body: JSON.stringify(validBody()) };
      const refused = await fetch(emulator.baseURL + path, init);
      expect(await answerOf(refused)).toEqual({ status: 404, body: { detail: 'Not Found' } });
      expect((await fetch(`${emulator.baseURL}/responses`, init)).status).toBe(200);
    },
  );

  it.each(['GET', 'PUT', 'DELETE'])('rule 1: 405 for %s', async (method) => {
    const refused = await fetch(`${emulator.baseURL}/responses`, { method, headers: validHeaders(login) });
    expect(await answerOf(refused)).toEqual({ status: 405, body: { detail: 'Method Not Allowed' } });
  });

  it('rule 1: 426 for an upgrade', async () => {
    const { request } = await import('node:http');
    const answer = await new Promise((resolve, reject) => {
      const upgrade = { ...validHeaders(login), connection: 'Upgrade', upgrade: 'websocket' };
      request(`${emulator.baseURL}/responses`, { headers: upgrade }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => resolve([response.statusCode, response.headers.connection, body]));
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual([426, 'close', '{"detail":"Upgrade Required"}']);
  });

  it.each([
    ['no header', undefined],
    ['no bearer', 'Basic abc'],
    ['a token of somebody else', 'Bearer eyJhbGciOiJub25lIn0.e30.x'],
  ])('rule 2: 401 for %s', async (_, authorization) => {
    const { authorization: _own, ...rest } = validHeaders(login);
    const refused = await post(emulator, { ...rest, ...(authorization !== undefined && { authorization }) });
    expect(await answerOf(refused)).toEqual({ status: 401, body: UNAUTHORIZED });
    await accepts(validHeaders(login));
  });

  it.each([
    ['expired', 'token_expired'],
    ['revoked', 'token_revoked'],
    ['invalidated', 'token_invalidated'],
  ])('rule 2: 401 with a code for a token that is %s', async (state, code) => {
    const old = emulator.login({ expiresInMs: state === 'expired' ? -1000 : 3_600_000 });
    if (state === 'revoked') emulator.tokens.revokeFamily(old.refreshToken ?? '');
    if (state === 'invalidated') emulator.tokens.invalidateAccessToken(old.accessToken);
    const error = { message: expect.any(String), type: 'invalid_request_error', code, param: null };
    expect(await answerOf(await post(emulator, validHeaders(old)))).toEqual({
      status: 401,
      body: { error, status: 401 },
    });
    await accepts(validHeaders(login));
  });

  it.each([undefined, 'another-account'])('rule 3: 401 for the account %s', async (account) => {
    const { 'chatgpt-account-id': _own, ...rest } = validHeaders(login);
    const refused = await post(emulator, { ...rest, ...(account !== undefined && { 'chatgpt-account-id': account }) });
    expect(await answerOf(refused)).toEqual({ status: 401, body: UNAUTHORIZED });
    await accepts(validHeaders(login));
  });

  it.each(['gzip', 'br'])('rule 4: 415 for %s', async (encoding) => {
    const refused = await post(emulator, { ...validHeaders(login), 'content-encoding': encoding });
    const body = { detail: `Unsupported content encoding: ${encoding}` };
    expect(await answerOf(refused)).toEqual({ status: 415, body });
    await accepts(validHeaders(login));
  });

  it.each(['{"model":', '[]', '"text"', 'null', ''])('rule 4: 400 for the body %j', async (body) => {
    expect(await answerOf(await post(emulator, validHeaders(login), body))).toEqual({
      status: 400,
      body: { detail: 'Invalid JSON' },
    });
  });

  it('rule 4: reads zstd, and says so when it cannot', async () => {
    const headers = { ...validHeaders(login), 'content-encoding': 'zstd' };
    const accepted = await post(emulator, headers, zstdFrame(JSON.stringify(validBody())));
    expect(accepted.status).toBe(200);
    await accepted.text();
    expect(emulator.requests.at(-1)?.body).toEqual(validBody());
    const refused = await post(emulator, headers, 'not compressed');
    expect(await answerOf(refused)).toEqual({ status: 400, body: { detail: 'Invalid JSON' } });
  });
});

it('the expiry of a token follows the virtual clock', () =>
  withEmulator(async (emulator) => {
    const login = emulator.login({ expiresInMs: 3_600_000 });
    emulator.advance(3_599_000);
    expect((await post(emulator, validHeaders(login))).status).toBe(200);
    emulator.advance(2_000);
    expect((await post(emulator, validHeaders(login))).status).toBe(401);
  }));
