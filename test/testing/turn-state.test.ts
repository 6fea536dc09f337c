import { describe, expect, it } from 'vitest';
import { type Body, call, output, post, userMessage, validBody, validHeaders, withEmulator } from './client';

const STATE = 'x-codex-turn-state';

/** One request of a conversation; gives the state that came with its answer. */
async function step(
  target: Parameters<typeof post>[0],
  headers: Record<string, string>,
  input: Body[],
  echo?: string,
): Promise<string> {
  const response = await post(
    target,
    { ...headers, ...(echo !== undefined && { [STATE]: echo }) },
    validBody({ input }),
  );
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get(STATE) ?? '';
}

const FIRST = [userMessage('first')];
const FIRST_WITH_TOOL = [...FIRST, call('c1'), output('c1')];
const SECOND = [...FIRST_WITH_TOOL, userMessage('second')];

describe('rule 25: turn state', () => {
  it('is new for each turn, and stays the same within one', () =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      const one = await step(emulator, headers, FIRST);
      expect(await step(emulator, headers, FIRST_WITH_TOOL, one)).toBe(one);
      expect(await step(emulator, headers, [...FIRST_WITH_TOOL, call('c2'), output('c2')], one)).toBe(one);
      expect(await step(emulator, headers, SECOND)).not.toBe(one);
      expect(emulator.violations).toEqual([]);
    }));

  it.each([
    ['a later request without it', FIRST_WITH_TOOL, undefined, 'turn_state_missing'],
    ['a later request with another', FIRST_WITH_TOOL, 'forged', 'turn_state_wrong'],
    ['the next turn with the old one', SECOND, 'own', 'turn_state_wrong'],
  ])('notes %s, and answers it all the same', (_, input, echo, code) =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      const one = await step(emulator, headers, FIRST);
      await step(emulator, headers, input, echo === 'own' ? one : echo);
      expect(emulator.violations).toEqual([
        { code, message: expect.any(String), path: '/backend-api/codex/responses' },
      ]);
    }),
  );

  it('lets the first request of a turn be sent again with its state', () =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      const one = await step(emulator, headers, FIRST);
      expect(await step(emulator, headers, FIRST, one)).toBe(one);
      expect(emulator.violations).toEqual([]);
    }));

  it('keeps the turns of two equal conversations apart', () =>
    withEmulator(async (emulator, login) => {
      const headers = validHeaders(login);
      const [one, two] = [await step(emulator, headers, FIRST), await step(emulator, headers, FIRST)];
      expect(one).not.toBe(two);
      await step(emulator, headers, FIRST_WITH_TOOL, one);
      await step(emulator, headers, FIRST_WITH_TOOL, two);
      expect(emulator.violations).toEqual([]);
    }));

  it('does not take the state of another account', () =>
    withEmulator(async (emulator, login) => {
      const other = validHeaders(emulator.login({ accountId: 'another-account' }));
      const one = await step(emulator, validHeaders(login), FIRST);
      await step(emulator, other, FIRST);
      await step(emulator, other, FIRST_WITH_TOOL, one);
      expect(emulator.violations.map((violation) => violation.code)).toEqual(['turn_state_wrong']);
    }));

  it('asks nothing of a turn that began elsewhere', () =>
    withEmulator(async (emulator, login) => {
      await step(emulator, validHeaders(login), FIRST_WITH_TOOL);
      expect(emulator.violations).toEqual([]);
    }));
});
