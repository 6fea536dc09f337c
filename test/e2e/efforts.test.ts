import { APICallError, generateText } from 'ai';
import { expect, it } from 'vitest';
import { KNOWN_MODELS } from '../../src/catalog/known-models';
import { calls, setUp } from './setup';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'];
/** Models that HTTP gives to clients of the Codex family alone. */
const HIDDEN = 'gpt-5.6-luna';

it('every effort is taken by every model, and told when it was changed', async () => {
  const models = KNOWN_MODELS.filter(({ id }) => id !== HIDDEN);
  const { codex, emulator } = await setUp({}, { models: models.map(({ id }) => id) });
  for (const { id, reasoningEfforts } of models) {
    for (const effort of EFFORTS) {
      const providerOptions = { codex: { reasoningEffort: effort } };
      const { warnings } = await generateText({ model: codex(id), prompt: 'Hi.', maxRetries: 0, providerOptions });
      const { body } = calls(emulator).at(-1) ?? {};
      expect(body?.model).toBe(id);
      const sent = (body?.reasoning as { effort?: string } | undefined)?.effort;
      const isChanged = sent !== (effort === 'ultra' ? 'max' : effort);
      expect(isChanged).toBe(
        reasoningEfforts !== undefined && !reasoningEfforts.includes(effort.replace('ultra', 'max')),
      );
      expect(warnings).toEqual(
        isChanged
          ? [expect.objectContaining({ setting: 'reasoningEffort', details: expect.stringContaining(id) })]
          : [],
      );
    }
  }
});

it('an effort in the model id is changed alike; the id stays', async () => {
  const { codex, emulator } = await setUp();
  await generateText({ model: codex('gpt-5.3-codex-none'), prompt: 'Hi.' });
  expect(calls(emulator)[0]?.body).toMatchObject({ model: 'gpt-5.3-codex', reasoning: { effort: 'low' } });
});

it('an effort that the model does not take is refused by the backend where it must stay as it is', async () => {
  const { codex, emulator } = await setUp({ clampReasoningEffort: false });
  const providerOptions = { codex: { reasoningEffort: 'max' } };
  const failure = await generateText({ model: codex('gpt-5.5'), prompt: 'Hi.', providerOptions }).catch((it) => it);
  expect(APICallError.isInstance(failure) && [failure.statusCode, failure.isRetryable]).toEqual([400, false]);
  expect(calls(emulator).map(({ body }) => body.reasoning)).toEqual([{ effort: 'max' }]);
});
