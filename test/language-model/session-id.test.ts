import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../../src/codec/call';
import { accountFingerprint, deriveSessionId } from '../../src/language-model/session-id';
import { createRuntime } from '../../src/shared/runtime';

const runtime = createRuntime();
const user = (text: string): CallMessage => ({ role: 'user', parts: [{ type: 'text', text }] });
const system = (text: string): CallMessage => ({ role: 'system', text });
const derive = (prompt: CallMessage[], account = 'acc') => deriveSessionId(prompt, account, runtime);

describe('the derived session id', () => {
  it('has the shape of a UUID', async () => {
    expect(await derive([user('hi')])).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('stays the same over the turns, whatever the system text says', async () => {
    const first = await derive([system('It is 10:00.'), user('hi')]);
    const answer: CallMessage = { role: 'assistant', parts: [{ type: 'text', text: 'hello' }] };
    expect(await derive([system('It is 10:05.'), user('hi'), answer, user('more')])).toBe(first);
  });

  it('differs between conversations and accounts', async () => {
    const file = (base64: string): CallMessage => ({
      role: 'user',
      parts: [
        { type: 'text', text: 'hi' },
        { type: 'file', mediaType: 'image/png', data: { base64 } },
      ],
    });
    const ids = await Promise.all([
      derive([user('hi')]),
      derive([user('ho')]),
      derive([user('hi')], 'other'),
      derive([file('AAAA')]),
      derive([file('BBBB')]),
      derive([]),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not confuse one long text with two', async () => {
    const split: CallMessage = {
      role: 'user',
      parts: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    };
    expect(await derive([split])).not.toBe(await derive([user('ab')]));
  });
});

it('the fingerprint of an account does not name it', async () => {
  expect(await accountFingerprint('acct-123', runtime)).toMatch(/^[0-9a-f]{16}$/);
});
