import { generateText, stepCountIs, tool } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';
import { z } from 'zod';

const TEMPERATURES: Record<string, number> = { Lisbon: 24, Oslo: 7 };

/** A tool loop: the model asks for two cities at once, the tools run, the model answers. */
export async function run(codex: CodexProvider): Promise<string> {
  const { text, steps } = await generateText({
    model: codex('gpt-5.3-codex'),
    prompt: 'Which is warmer now, Lisbon or Oslo?',
    stopWhen: stepCountIs(4),
    tools: {
      temperature: tool({
        description: 'The temperature of a city in degrees Celsius.',
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => TEMPERATURES[city] ?? `No such city: ${city}`,
      }),
    },
  });

  for (const { toolCalls, toolResults } of steps) {
    for (const call of toolCalls) console.log('call  ', call.toolName, call.input);
    for (const result of toolResults) console.log('result', result.toolName, result.output);
  }
  console.log(text);
  return text;
}
