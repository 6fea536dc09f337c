import { generateText } from 'ai';
import { type CodexProvider, createFallback } from 'ai-sdk-codex';

/** The second model answers while the first is at its limit. Models of other providers can stand in the list, too. */
export async function run(codex: CodexProvider): Promise<string[]> {
  const model = createFallback({
    models: [codex('gpt-5.3-codex'), codex('gpt-5.4-mini')],
    onFallback({ from, to, code, skipped }) {
      const happened = skipped ? 'is left alone' : 'failed';
      console.log(`${from.modelId} ${happened} (${code}); ${to ? `on to ${to.modelId}` : 'nobody is left'}.`);
    },
  });

  const answers: string[] = [];
  for (const prompt of ['Say hello.', 'And goodbye.']) {
    const { text, response, providerMetadata } = await generateText({ model, prompt });
    answers.push(`${response.modelId}: ${text}`);
    console.log(answers.at(-1), JSON.stringify(providerMetadata?.codex?.fallback));
  }
  return answers;
}
