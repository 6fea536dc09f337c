import { streamText } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';

/** An answer as it is written. In your app: `import { codex } from 'ai-sdk-codex'`. */
export async function run(codex: CodexProvider): Promise<string> {
  const { textStream, usage } = streamText({
    model: codex('gpt-5.3-codex'),
    system: 'Answer in one sentence.',
    prompt: 'Why is the sky blue?',
    onError: () => {}, // the loop below throws it
  });

  let answer = '';
  for await (const text of textStream) {
    process.stdout.write(text);
    answer += text;
  }
  console.log(`\n(${(await usage).totalTokens} tokens)`);
  return answer;
}
