import { expect, it } from 'vitest';
import { type BackendRequest, backendRequest } from '../../src/testing/backend/backend-request';
import { ModelDirectory } from '../../src/testing/backend/model-directory';
import { firstRefusal, RULES } from '../../src/testing/backend/rules';
import { type Body, output, userMessage, validBody, validHeaders } from './client';

type Parts = Parameters<typeof backendRequest>[0];

/** A valid request with some of it changed; rule 21 is on. */
function seen(change: Partial<Parts>, body: Body, headers: Record<string, string> = {}): BackendRequest {
  return backendRequest({
    method: 'POST',
    path: '/backend-api/codex/responses',
    query: {},
    headers: { ...validHeaders({ accessToken: 't', accountId: 'a' }), ...headers },
    token: { ok: true, accountId: 'a', userId: 'u', email: 'u@example.com', planType: 'plus', fedramp: false },
    payload: { kind: 'json', value: JSON.parse(JSON.stringify(validBody(body))) },
    models: new ModelDirectory(),
    opensFor: () => false,
    strictItemKeys: true,
    ...change,
  });
}

const LITE = { 'x-openai-internal-codex-responses-lite': 'true' };
const NO_TOKEN: Partial<Parts> = { token: { ok: false, reason: 'missing' } };
const OTHER_ACCOUNT = { 'chatgpt-account-id': 'b' };
const ITEMS = {
  system: { role: 'system', content: 'x' },
  partless: { role: 'user', content: 1 },
  forged: { type: 'reasoning', summary: [], encrypted_content: 'forged' },
  longId: { ...userMessage(), id: 'm'.repeat(65) },
  oddKey: { ...userMessage(), cache: true },
  reference: { type: 'item_reference', id: 'msg_1' },
};
const { system, partless, forged, longId, oddKey, reference } = ITEMS;
const input = (...items: Body[]) => ({ input: items });

// Not here: 2 and 3, because only a good token has an account to compare, and 4 and 5, which are in the test below.
const PAIRS: [number, number, BackendRequest][] = [
  [1, 2, seen({ path: '/backend-api/codex/nowhere', ...NO_TOKEN }, {})],
  [5, 6, seen({}, { instructions: 1, input: 'hi' })],
  [6, 7, seen({}, { input: 'hi', store: true })],
  [7, 8, seen({}, { store: true, stream: false })],
  [8, 9, seen({}, { stream: false, seed: 1 })],
  [9, 10, seen({}, { seed: 1, service_tier: 'flex' })],
  [10, 11, seen({}, { service_tier: 'flex', ...input(system) })],
  [11, 12, seen({}, { ...input(system), model: 'gpt-9' })],
  [12, 13, seen({}, { model: 'gpt-9', reasoning: { effort: 'default' } })],
  [13, 14, seen({}, { reasoning: { effort: 'default' } }, LITE)],
  [14, 15, seen({}, { reasoning: { effort: 'low' }, tools: [], tool_choice: 'required' }, LITE)],
  [15, 16, seen({}, { tools: [], tool_choice: 'required', ...input(partless) })],
  [16, 17, seen({}, input(partless, output('c')))],
  [17, 18, seen({}, input(output('c'), reference))],
  [18, 19, seen({}, input(reference, forged))],
  [19, 20, seen({}, input(forged, longId))],
  [20, 21, seen({}, input(longId, oddKey))],
];

it.each(PAIRS)('of rules %i and %i the first answers', (first, second, request) => {
  const broken = RULES.filter((rule) => rule.check(request)).map(({ number }) => number);
  expect(broken).toEqual([first, second]);
  expect(firstRefusal(request)?.rule.number).toBe(first);
});

const UNREADABLE: Partial<Parts> = { payload: { kind: 'invalid' } };

it.each([
  [2, 4, seen({ ...NO_TOKEN, ...UNREADABLE }, {})],
  [3, 4, seen(UNREADABLE, {}, OTHER_ACCOUNT)],
  [4, 5, seen(UNREADABLE, {})],
])('of rules %i and %i the first answers, where a body that cannot be read breaks many', (first, second, request) => {
  const broken = RULES.filter((rule) => rule.check(request)).map(({ number }) => number);
  expect(broken.slice(0, 2)).toEqual([first, second]);
  expect(firstRefusal(request)?.rule.number).toBe(first);
});
