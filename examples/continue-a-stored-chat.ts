import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateText, type ModelMessage } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';

/** A conversation that lives in a JSON file between two turns. Its reasoning goes along, in `providerOptions.codex`. */
export async function run(codex: CodexProvider): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-'));
  const file = join(folder, 'chat.json');
  try {
    await turn(codex, file, [], 'Think of a number between 1 and 10, and keep it to yourself.');
    const stored: ModelMessage[] = JSON.parse(await readFile(file, 'utf8'));
    return await turn(codex, file, stored, 'Now tell me the number.');
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function turn(codex: CodexProvider, file: string, history: ModelMessage[], question: string): Promise<string> {
  const messages: ModelMessage[] = [...history, { role: 'user', content: question }];
  const { text, response } = await generateText({
    model: codex('gpt-5.3-codex'),
    messages,
    providerOptions: { codex: { reasoningSummary: 'auto' } },
  });
  await writeFile(file, JSON.stringify([...messages, ...response.messages]));
  console.log(`> ${question}\n${text}`);
  return text;
}
