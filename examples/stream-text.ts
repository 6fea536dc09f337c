import { streamText } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';

/** An answer as it is written. In your app: `import { codex } from 'ai-sdk-codex'`. */
export async function run(codex: CodexProvider): Promise<string> {
  let failure: unknown;
  const result = streamText({
    model: codex('gpt-5.3-codex'),
    system: 'Answer in one sentence.',
    prompt: 'Why is the sky blue?',
    // A text stream only ends when something fails; this is where one learns what.
    onError: ({ error }) => {
      failure = error;
    },
  });

  let answer = '';
  for await (const text of result.textStream) {
    process.stdout.write(text);
    answer += text;
  }
  if (failure) throw failure;
  console.log(`\n(${(await result.usage).totalTokens} tokens)`);
  return answer;
}
