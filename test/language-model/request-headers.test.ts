import { InvalidArgumentError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { buildHeaders } from '../../src/language-model/request-headers';
import { VERSION } from '../../src/shared/version';

const values = {
  authorization: { authorization: 'Bearer t', 'chatgpt-account-id': 'acc', 'X-OpenAI-Fedramp': 'true' },
  originator: 'ai-sdk-codex',
  clientVersion: '1.2.3',
  sessionId: 's1',
  requestId: 'r1',
  turnState: 'ts',
  lite: false,
};

describe('the headers of a request', () => {
  it('are exactly these', () => {
    expect(buildHeaders(values)).toEqual({
      authorization: 'Bearer t',
      'chatgpt-account-id': 'acc',
      'x-openai-fedramp': 'true',
      originator: 'ai-sdk-codex',
      'user-agent': `ai-sdk-codex/${VERSION}`,
      version: '1.2.3',
      'session-id': 's1',
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-client-request-id': 'r1',
      'x-codex-turn-state': 'ts',
    });
  });

  it('say when the body has the lite form, and only then', () => {
    const name = 'x-openai-internal-codex-responses-lite';
    expect(buildHeaders({ ...values, lite: true })).toHaveProperty([name], 'true');
    expect(buildHeaders(values)).not.toHaveProperty([name]);
  });

  it('have no turn state at the beginning of a turn', () => {
    expect(buildHeaders({ ...values, turnState: undefined })).not.toHaveProperty('x-codex-turn-state');
  });

  it('cannot be turned into those of another account or conversation', () => {
    const thief = { Authorization: 'Bearer x', 'ChatGPT-Account-Id': 'other', 'SESSION-ID': 's2' };
    const nobody = { authorization: undefined, 'chatgpt-account-id': undefined, 'session-id': undefined };
    expect(buildHeaders(values, thief, nobody)).toEqual(buildHeaders(values));
  });

  it('take those of the caller, the later ones first, and lose one that is undefined', () => {
    const headers = buildHeaders(values, { 'X-One': '1', 'x-two': '2' }, { 'x-one': 'later', Version: undefined });
    expect(headers).toMatchObject({ 'x-one': 'later', 'x-two': '2' });
    expect(headers).not.toHaveProperty('version');
  });

  it.each([
    ['a line break', { 'x-one': 'secret\nvalue' }],
    ['a character beyond Latin-1', { 'x-one': 'secret ’' }],
    ['a name with a space', { 'x one': 'secret' }],
  ])('cannot have %s, and do not quote it', (_name, caller) => {
    expect(() => buildHeaders(values, caller)).toThrow(InvalidArgumentError);
    expect(() => buildHeaders(values, caller)).not.toThrow(/secret/);
    expect(() => buildHeaders({ ...values, originator: 'Zoë’s app' })).toThrow(/originator/);
  });

  it('name the caller behind us', () => {
    const headers = buildHeaders(values, { 'User-Agent': 'my-app/1' }, { 'user-agent': 'ai/5.0.277' });
    expect(headers['user-agent']).toBe(`ai-sdk-codex/${VERSION} my-app/1 ai/5.0.277`);
  });
});
