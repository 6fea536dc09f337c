import { generateText, jsonSchema, type ModelMessage, tool } from 'ai';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KNOWN_MODELS, modelInfo } from '../../src/catalog/known-models';
import { type CodexProvider, createCodex } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { calls, setUp } from './setup';

type Assistant = Extract<ModelMessage, { role: 'assistant' }>;
type AssistantPart = Exclude<Assistant['content'], string>[number];
type ToolResult = Extract<ModelMessage, { role: 'tool' }>['content'][number];

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant(''), fc.constant('{"a":1}'));
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<null>;

const userPart = fc.oneof(
  text.map((value) => ({ type: 'text' as const, text: value })),
  fc
    .constantFrom(
      PNG,
      Buffer.from(PNG).toString('base64'),
      `data:image/png;base64,${Buffer.from(PNG).toString('base64')}`,
    )
    .map((image) => ({ type: 'image' as const, image })),
  fc.constant({ type: 'file' as const, data: PNG, mediaType: 'application/pdf' }),
);
const user: fc.Arbitrary<ModelMessage> = fc
  .oneof(text, fc.array(userPart, { minLength: 1, maxLength: 4 }))
  .map((content) => ({ role: 'user', content }) as ModelMessage);

const system: fc.Arbitrary<ModelMessage> = text.map((content) => ({ role: 'system', content }));

const output: fc.Arbitrary<ToolResult['output']> = fc.oneof(
  text.map((value) => ({ type: 'text' as const, value })),
  text.map((value) => ({ type: 'error-text' as const, value })),
  json.map((value) => ({ type: 'json' as const, value })),
  json.map((value) => ({ type: 'error-json' as const, value })),
  fc
    .array(
      fc.oneof(
        text.map((value) => ({ type: 'text' as const, text: value })),
        fc.constant({ type: 'media' as const, mediaType: 'image/png', data: Buffer.from(PNG).toString('base64') }),
      ),
      { maxLength: 3 },
    )
    .map((value) => ({ type: 'content' as const, value })),
);

/** Ids as other providers make them, too long and with foreign characters among them. */
const callId = fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 100 }), fc.constant(`toolu_${'x'.repeat(70)}`));

/** What the assistant did in one step, and what its tools answered. */
function step(reasoning: AssistantPart[]): fc.Arbitrary<ModelMessage[]> {
  const part: fc.Arbitrary<AssistantPart> = fc.oneof(
    text.map((value) => ({ type: 'text' as const, text: value })),
    fc.tuple(text, fc.constantFrom('commentary', 'final_answer')).map(([value, phase]) => ({
      type: 'text' as const,
      text: value,
      providerOptions: { codex: { phase, itemId: 'msg_1' } },
    })),
    fc.constantFrom(...reasoning),
    text.map((value) => ({
      type: 'reasoning' as const,
      text: value,
      providerOptions: { openai: { itemId: 'rs_theirs', reasoningEncryptedContent: 'theirs' } },
    })),
    text.map((value) => ({ type: 'reasoning' as const, text: value })),
    fc.constant({ type: 'file' as const, data: PNG, mediaType: 'image/png' }),
  );
  const calls = fc.uniqueArray(fc.tuple(callId, json, output), { maxLength: 3, selector: ([id]) => id });
  return fc.tuple(fc.array(part, { maxLength: 4 }), calls).map(([parts, made]) => {
    const toolCalls = made.map(([toolCallId, input]) => ({
      type: 'tool-call' as const,
      toolCallId,
      toolName: 'f',
      input,
    }));
    const results = made.map(([toolCallId, , value]) => ({
      type: 'tool-result' as const,
      toolCallId,
      toolName: 'f',
      output: value,
    }));
    const assistant: ModelMessage = { role: 'assistant', content: [...parts, ...toolCalls] };
    return results.length > 0 ? [assistant, { role: 'tool', content: results }] : [assistant];
  });
}

/** Reasoning that this backend sealed for this account, as it stands in a stored history. */
async function ownReasoning(codex: CodexProvider): Promise<AssistantPart[]> {
  const { response } = await generateText({
    model: codex('gpt-5.3-codex'),
    prompt: 'Think.',
    providerOptions: { codex: { reasoningSummary: 'auto' } },
  });
  const parts = response.messages.flatMap((message) => (Array.isArray(message.content) ? message.content : []));
  return parts.filter((part): part is AssistantPart => part.type === 'reasoning');
}

it('every prompt that the AI SDK can build from a valid history is accepted, with every effort of the model', async () => {
  const { codex, emulator } = await setUp();
  emulator.reply({ reasoning: ['One.', 'Two.'], text: 'Done.' });
  const reasoning = await ownReasoning(codex);
  expect(reasoning).toHaveLength(2);

  const uniqueCalls = (messages: ModelMessage[]) => {
    const ids = messages.flatMap((message) =>
      message.role === 'assistant' && Array.isArray(message.content)
        ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
        : [],
    );
    return new Set(ids).size === ids.length;
  };
  const history = fc
    .array(
      fc.oneof(
        user.map((message) => [message]),
        system.map((message) => [message]),
        step(reasoning),
      ),
      { maxLength: 6 },
    )
    .map((groups) => groups.flat())
    .filter(uniqueCalls);
  // The backend hides luna over HTTP from clients that do not pose as Codex.
  const models = KNOWN_MODELS.filter(
    ({ id, reasoningEfforts, retiredSince }) =>
      reasoningEfforts && id !== 'gpt-5.6-luna' && (!retiredSince || id === 'gpt-5.3-codex'),
  );
  const target = fc
    .oneof(fc.constantFrom(...models), fc.constant(modelInfo('gpt-5.3-codex')))
    .chain((model) => fc.tuple(fc.constant(model.id), fc.constantFrom(undefined, ...(model.reasoningEfforts ?? []))));
  // The default account takes the lite form for this family alone.
  const lite = createCodex({
    baseURL: emulator.baseURL,
    issuer: emulator.issuer,
    authStore: memoryAuthStore(emulator.login({ accountId: 'acct-1' })),
    responsesLite: true,
  });
  const providers = (modelId: string) => (modelId.startsWith('gpt-5.6') ? [codex, lite] : [codex]);
  const tools = { f: tool({ inputSchema: jsonSchema<unknown>({ type: 'object' }), execute: async () => 'ok' }) };

  await fc.assert(
    fc.asyncProperty(target, history, user, fc.boolean(), async ([modelId, effort], messages, question, withTools) => {
      for (const provider of providers(modelId)) {
        await generateText({
          model: provider(modelId),
          messages: [...messages, question],
          allowSystemInMessages: true,
          maxRetries: 0,
          tools: withTools ? tools : {},
          providerOptions: effort ? { codex: { reasoningEffort: effort } } : {},
        });
      }
    }),
    { seed: 20260101, numRuns: 300 },
  );
  expect(new Set(calls(emulator).map(({ status }) => status))).toEqual(new Set([200]));
  // The sealed reasoning did go along where it may.
  const sealed = calls(emulator).filter(({ body }) => body.input.some((item) => item.type === 'reasoning'));
  expect(sealed.length).toBeGreaterThan(20);
  expect(calls(emulator).filter(({ body }) => body.instructions === undefined).length).toBeGreaterThan(20);
}, 60_000);
