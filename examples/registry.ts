import { createProviderRegistry, generateText } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';

/** Models by name, beside those of other providers. */
export async function run(codex: CodexProvider): Promise<string> {
  const registry = createProviderRegistry({ codex });

  const { text } = await generateText({
    model: registry.languageModel('codex:gpt-5.3-codex'),
    prompt: 'Say hello.',
  });

  console.log(text);
  return text;
}
