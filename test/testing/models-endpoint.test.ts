import { expect, it } from 'vitest';
import type { CodexEmulator } from '../../src/testing';
import { post, validHeaders, withEmulator } from './client';

function models(emulator: CodexEmulator, headers: Record<string, string>, query = '?client_version=0.155.0') {
  return fetch(`${emulator.baseURL}/models${query}`, { headers });
}

it.each(['', '?client_version=', '?version=0.155.0'])('rule 31: 400 without a client version: %j', (query) =>
  withEmulator(async (emulator, login) => {
    emulator.modelsReply({ body: 'for the next one' });
    const refused = await models(emulator, validHeaders(login), query);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { detail: 'Missing query parameter: client_version' },
    ]);
    expect(emulator.requests[0]?.refusedBy).toBe(31);
    expect(await (await models(emulator, validHeaders(login))).text()).toBe('for the next one');
  }),
);

it('rules 2 and 3 come first', () =>
  withEmulator(async (emulator, login) => {
    const { status } = await models(emulator, {}, '');
    const other = await models(emulator, { ...validHeaders(login), 'chatgpt-account-id': 'other' }, '');
    expect([status, other.status]).toEqual([401, 401]);
    expect(emulator.requests.map(({ refusedBy }) => refusedBy)).toEqual([2, 3]);
  }));

it('says that nothing is new to a client that names the etag, without a body', () =>
  withEmulator(async (emulator, login) => {
    const headers = validHeaders(login);
    const first = await models(emulator, headers);
    const etag = first.headers.get('etag') ?? '';
    const same = await models(emulator, { ...headers, 'if-none-match': etag });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, '']);
    // Verbatim: the backend was seen to quote it.
    const other = await models(emulator, { ...headers, 'if-none-match': etag.replaceAll('"', '') });
    expect([other.status, other.headers.get('etag')]).toEqual([200, etag]);
    expect(await other.json()).toEqual(await first.json());
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 304, 200]);
  }));

it('answers by the script, apart from those for other endpoints', () =>
  withEmulator(async (emulator, login) => {
    const headers = validHeaders(login);
    emulator.reply('for a call');
    emulator.usageReply({ body: 'for the usage' });
    emulator.modelsReply({ status: 404, body: { detail: 'Not Found' } }, { headers: { ETag: '"E2"' } });
    expect((await models(emulator, headers)).status).toBe(404);
    const edited = await models(emulator, headers);
    expect(edited.headers.get('etag')).toBe('"E2"');
    expect(((await edited.json()) as { models: unknown[] }).models.length).toBeGreaterThan(3);
    expect(await (await post(emulator, headers)).text()).toContain('for a call');
    expect((await models(emulator, headers)).headers.get('etag')).not.toBe('"E2"');
  }));
