import { stepCountIs, streamText, tool } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';
import type { CodexReply } from 'ai-sdk-codex/testing';
import { z } from 'zod';
import { withProvider } from './support/provider';
import { outputs } from './support/replies';

// The main job, in one go: a streamed answer, a reasoning summary, and a tool loop of two steps with parallel calls.

const MODEL = process.env.CODEX_MODEL ?? 'gpt-5.3-codex';

const WEATHER: Record<string, string> = { Lisbon: 'sunny, 24 °C', Oslo: 'snow, -2 °C' };

const script: CodexReply[] = [
  {
    reasoning: ['**Looking up both cities** I need the weather of Lisbon and of Oslo, and can ask for both at once.'],
    text: 'Let me look up both cities.',
    toolCalls: [
      { name: 'weather', input: { city: 'Lisbon' } },
      { name: 'weather', input: { city: 'Oslo' } },
    ],
  },
  (request) => {
    const [lisbon, oslo] = outputs(request.body);
    return {
      reasoning: ['**Comparing** One of them calls for a coat.'],
      text: `Lisbon: ${lisbon}. Oslo: ${oslo}. Pack the coat for Oslo, and leave it at home for Lisbon.`,
    };
  },
];

async function demo(codex: CodexProvider): Promise<void> {
  const result = streamText({
    model: codex(MODEL),
    system: 'You help people pack. Use the tools.',
    prompt: 'I go to Lisbon and then to Oslo. Where do I need a coat?',
    stopWhen: stepCountIs(5),
    providerOptions: { codex: { reasoningSummary: 'auto' } },
    onError: () => {}, // the loop below throws it
    tools: {
      weather: tool({
        description: 'The weather of a city.',
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => WEATHER[city] ?? 'unknown',
      }),
    },
  });
  let step = 0;
  for await (const part of result.fullStream) {
    switch (part.type) {
      case 'start-step':
        step += 1;
        console.log(`\n── step ${step}`);
        break;
      case 'reasoning-start':
        process.stdout.write('thinking  ');
        break;
      case 'text-start':
        process.stdout.write('answer    ');
        break;
      case 'reasoning-delta':
      case 'text-delta':
        process.stdout.write(part.text);
        break;
      case 'reasoning-end':
      case 'text-end':
        process.stdout.write('\n');
        break;
      case 'tool-call':
        console.log(`call      ${part.toolName}(${JSON.stringify(part.input)})`);
        break;
      case 'tool-result':
        console.log(`result    ${part.toolName}(${JSON.stringify(part.input)}) = ${part.output}`);
        break;
      case 'error':
        throw part.error;
    }
  }
  const { inputTokens, outputTokens, reasoningTokens } = await result.totalUsage;
  console.log(`\n${inputTokens} tokens in, ${outputTokens} out, ${reasoningTokens ?? 0} of them reasoning.`);
}

const live = process.argv.includes('--live');
console.log(
  live
    ? `On your own login, with ${MODEL} (CODEX_MODEL chooses another).`
    : `On the emulator, with ${MODEL}. The live service was reported to have retired this id for ChatGPT sign-in in\n` +
        'June 2026; `npm run demo -- --live` runs on your own login, and CODEX_MODEL chooses a model.',
);
await withProvider({ live, replies: script }, demo).catch((error: Error) => {
  console.error(`\n${error.name}: ${error.message}`);
  process.exitCode = 1;
});
