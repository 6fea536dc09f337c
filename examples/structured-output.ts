import { generateObject } from 'ai';
import type { CodexProvider } from 'ai-sdk-codex';
import { z } from 'zod';

const recipe = z.object({
  name: z.string(),
  minutes: z.number(),
  ingredients: z.array(z.string()),
});

/** An object that fits a schema. */
export async function run(codex: CodexProvider): Promise<z.infer<typeof recipe>> {
  const { object } = await generateObject({
    model: codex('gpt-5.3-codex'),
    schema: recipe,
    schemaName: 'recipe',
    prompt: 'A quick pancake recipe.',
  });

  console.log(`${object.name}, ${object.minutes} minutes: ${object.ingredients.join(', ')}`);
  return object;
}
