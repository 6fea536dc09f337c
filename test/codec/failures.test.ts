import { APICallError } from '@ai-sdk/provider';
import { expect, it } from 'vitest';
import { CALL_OPTIONS, createV2Model } from '../support/v2-harness';
import { loadFixtures } from './fixtures';

const failing = loadFixtures().filter(({ name }) => /^(failed|error)-/.test(name));

/** The error with which a call fails, from its rejection or from the first error part of its stream. */
async function failureOf(bytes: Uint8Array): Promise<unknown> {
  try {
    const { stream } = await createV2Model(bytes).doStream(CALL_OPTIONS);
    for await (const part of stream) if (part.type === 'error') return part.error;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The terminal event of a fixture, and the sentence in it that is meant for people. */
function reported(bytes: Uint8Array) {
  const frames = new TextDecoder().decode(bytes).match(/^data: .*"type":"(?:response\.failed|error)".*$/gm) ?? [];
  const event = JSON.parse(frames[0]?.slice('data: '.length) ?? '{}');
  const error = event.response?.error ?? event.error ?? event;
  return { event, sentence: typeof error === 'string' ? error : (error.message ?? '') };
}

it.each(failing)('$name: the error says what the backend said, and holds the event', async ({ bytes }) => {
  const error = await failureOf(bytes);
  const { event, sentence } = reported(bytes);
  expect(APICallError.isInstance(error)).toBe(true);
  expect((error as APICallError).message).toContain(sentence);
  expect((error as APICallError).message).toContain('gpt-5.3-codex');
  expect((error as APICallError).data).toEqual(event);
  expect((error as APICallError).requestBodyValues).toMatchObject({
    model: 'gpt-5.3-codex',
    stream: true,
    store: false,
  });
});

it('covers every code of a failed response, before and after output', () => {
  const codes = ['context_length_exceeded', 'insufficient_quota', 'usage_not_included', 'usage_limit_reached'];
  codes.push('invalid_prompt', 'cyber_policy', 'server_is_overloaded', 'slow_down', 'rate_limit_exceeded');
  codes.push('server_error', 'server_overloaded', 'code_null');
  const names = new Set(failing.map(({ name }) => name));
  for (const code of codes.map((word) => word.replaceAll('_', '-'))) {
    expect(names).toContain(`failed-before-${code}`);
    expect(names).toContain(`failed-after-${code}`);
  }
});
