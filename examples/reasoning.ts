import { streamText } from 'ai';
import type { CodexLanguageModelOptions, CodexProvider } from 'ai-sdk-codex';

/** How hard the model thinks, and a summary of what it thought. */
export async function run(codex: CodexProvider): Promise<{ reasoning: string; answer: string }> {
  const { fullStream } = streamText({
    model: codex('gpt-5.3-codex'),
    prompt: 'How many times a day do the hands of a clock overlap?',
    providerOptions: {
      codex: { reasoningEffort: 'high', reasoningSummary: 'auto' } satisfies CodexLanguageModelOptions,
    },
    onError: () => {}, // the loop below throws it
  });

  let reasoning = '';
  let answer = '';
  for await (const part of fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'reasoning-delta') reasoning += part.text;
    if (part.type === 'text-delta') answer += part.text;
  }
  console.log(`(thinking) ${reasoning}`);
  console.log(answer);
  return { reasoning, answer };
}
