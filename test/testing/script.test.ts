import { type CodexReply, codexFailures } from 'ai-sdk-codex/testing';
import { describe, expect, it } from 'vitest';
import {
  type Body,
  call,
  output,
  parseFrames,
  post,
  userMessage,
  validBody,
  validHeaders,
  withEmulator,
} from './client';

const WRONG: [string, unknown, RegExp][] = [
  ['a misspelt key', { txt: 'hi' }, /^Unknown key "txt" in a reply\. Did you mean "text"\?$/],
  ['a key in another case', { toolcalls: [] }, /"toolcalls".*"toolCalls"\?$/],
  ['a key like no other', { temperature: 1 }, /"temperature" in a reply\. Known keys: text, .*rateLimits\.$/],
  ['a list', ['hi'], /not a list\.$/],
  ['null', null, /not null\.$/],
  ['a number', 7, /not 7\.$/],
  ['a status that HTTP does not have', { status: 99 }, /from 200 to 599, not 99\.$/],
  ['one call in place of a list', { toolCalls: { name: 'a', input: {} } }, /is a list, not an object\.$/],
  ['a call without a name', { toolCalls: [{ input: {} }] }, /^toolCalls\[0\] has no name\.$/],
  ['a call without input', { toolCalls: [{ name: 'a', input: {} }, { name: 'b' }] }, /^toolCalls\[1\] has no input\./],
  ['a misspelt key of a call', { toolCalls: [{ name: 'a', inputs: {} }] }, /"inputs" in toolCalls\[0\].*"input"\?$/],
];

describe('a reply that cannot be sent', () => {
  it.each(WRONG)('is refused where it is written: %s', (_, reply, message) =>
    withEmulator(async (emulator, login) => {
      expect(() => emulator.reply('good', reply as CodexReply)).toThrow(message);
      expect(await (await post(emulator, validHeaders(login))).text()).toContain('Hello from the emulator.');
    }),
  );

  it.each([...WRONG, ['nothing', undefined, /not undefined\.$/]])('is told from a function: %s', (_, reply, message) =>
    withEmulator(async (emulator, login) => {
      emulator.reply(() => reply as CodexReply);
      const response = await post(emulator, validHeaders(login));
      const { detail } = (await response.json()) as { detail: string };
      expect(response.status).toBe(400);
      expect(detail).toMatch(/^emulator: the script threw: /);
      expect(detail.replace('emulator: the script threw: ', '')).toMatch(message as RegExp);
      expect(emulator.violations.map(({ code }) => code)).toEqual(['script_error']);
    }),
  );
});

describe('the input of a call', () => {
  const argumentsFor = async (input: Body | string, type: 'function' | 'custom' = 'function') => {
    let item: Body | undefined;
    await withEmulator(async (emulator, login) => {
      emulator.reply({ toolCalls: [{ name: 'weather', input: input as string, type }] });
      const events = parseFrames(await (await post(emulator, validHeaders(login))).text());
      item = events.find((event) => event.type === 'response.output_item.done')?.item as Body;
    });
    return item?.[type === 'custom' ? 'input' : 'arguments'];
  };

  it.each(['{"city":"Paris"}', '{"city":', 'not JSON'])('is sent as it is when it is the text %j', async (text) => {
    expect(await argumentsFor(text)).toBe(text);
    expect(await argumentsFor(text, 'custom')).toBe(text);
  });

  it('is sent as JSON when it is anything else', async () => {
    expect(await argumentsFor({ city: 'Paris' })).toBe('{"city":"Paris"}');
    expect(await argumentsFor({ city: 'Paris' }, 'custom')).toBe('{"city":"Paris"}');
  });
});

describe('headers of a reply', () => {
  it('count in any case', () =>
    withEmulator(async (emulator, login) => {
      const headers = { 'Content-Type': 'text/odd', 'X-Request-Id': 'mine', 'X-Codex-Plan-Type': 'odd' };
      emulator.reply({ text: 'a', headers }, { body: { a: 1 }, headers });
      for (let count = 0; count < 2; count++) {
        const response = await post(emulator, validHeaders(login));
        await response.text();
        const names = ['content-type', 'x-request-id', 'x-codex-plan-type'];
        expect(names.map((name) => response.headers.get(name))).toEqual(['text/odd', 'mine', 'odd']);
      }
    }));

  it('may carry the turn state, which is then the one to echo', () =>
    withEmulator(async (emulator, login) => {
      const turn = validBody({ input: [userMessage(), call('c'), output('c')] });
      emulator.reply({ text: 'a', headers: { 'X-Codex-Turn-State': 'mine' } });
      await (await post(emulator, validHeaders(login))).text();
      await (await post(emulator, { ...validHeaders(login), 'x-codex-turn-state': 'mine' }, turn)).text();
      expect(emulator.violations).toEqual([]);
      await (await post(emulator, { ...validHeaders(login), 'x-codex-turn-state': 'ts_1' }, turn)).text();
      expect(emulator.violations.map(({ code }) => code)).toEqual(['turn_state_wrong']);
    }));
});

it('a failure issues no turn state, so that none is missed afterwards', () =>
  withEmulator(async (emulator, login) => {
    const turn = validBody({ input: [userMessage(), call('c'), output('c')] });
    emulator.reply(codexFailures.overloaded());
    const refused = await post(emulator, validHeaders(login), turn);
    expect([refused.status, refused.headers.has('x-codex-turn-state')]).toEqual([503, false]);
    await (await post(emulator, validHeaders(login), turn)).text();
    expect(emulator.violations).toEqual([]);
    await (await post(emulator, validHeaders(login), turn)).text();
    expect(emulator.violations.map(({ code }) => code)).toEqual(['turn_state_missing']);
  }));

describe('encrypted reasoning of the script', () => {
  const item = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAAAmine' };
  const replay = validBody({ input: [{ type: 'reasoning', summary: [], encrypted_content: 'gAAAAAmine' }] });

  it.each<[string, CodexReply]>([
    ['items', { items: [item], text: 'a' }],
    ['events', { events: [{ type: 'response.output_item.done', item }] }],
    ['output of the response', { events: [{ type: 'response.completed', response: { output: [item] } }] }],
  ])('from %s is taken back from those it was sent to', (_, reply) =>
    withEmulator(async (emulator, login) => {
      const other = emulator.login({ accountId: 'another-account' });
      const status = async (headers: Record<string, string>, body: Body) => {
        const response = await post(emulator, headers, body);
        await response.text();
        return response.status;
      };
      expect(await status(validHeaders(login), replay)).toBe(400);
      emulator.reply(reply);
      expect(await status(validHeaders(login), validBody())).toBe(200);
      expect(await status(validHeaders(login), replay)).toBe(200);
      expect(await status(validHeaders(login), { ...replay, model: 'gpt-5.5' })).toBe(400);
      expect(await status(validHeaders(other), replay)).toBe(400);
      emulator.reply(reply);
      expect(await status(validHeaders(other), validBody())).toBe(200);
      expect(await status(validHeaders(other), replay)).toBe(200);
      expect(await status(validHeaders(login), replay)).toBe(200);
    }),
  );
});
