import { type CodexReply, codexFailures } from 'ai-sdk-codex/testing';

/** What the emulator plays in place of a model, for each example. */
export const replies: Record<string, CodexReply[]> = {
  'stream-text': ['Air scatters blue light more than red light, so blue reaches us from every side of the sky.'],
  tools: [
    {
      toolCalls: [
        { name: 'temperature', input: { city: 'Lisbon' } },
        { name: 'temperature', input: { city: 'Oslo' } },
      ],
    },
    (request) => `Lisbon is warmer: ${outputs(request.body).join(' against ')} degrees.`,
  ],
  'structured-output': [
    JSON.stringify({ name: 'Pancakes', minutes: 20, ingredients: ['flour', 'milk', 'eggs', 'a pinch of salt'] }),
  ],
  reasoning: [
    {
      reasoning: ['**Counting overlaps** The minute hand gains a full turn on the hour hand 11 times in 12 hours.'],
      text: 'They overlap 22 times a day.',
    },
  ],
  registry: ['Hello!'],
  fallback: [codexFailures.usageLimit({ resetsInSeconds: 3 * 3_600 }), 'Hello!', 'Goodbye!'],
  'logins-of-your-users': ['Hello, Ada.', 'Hello, Grace.'],
  'continue-a-stored-chat': [
    { reasoning: ['**Picking a number** Seven it is.'], text: 'I have one in mind.' },
    (request) => (hasReasoning(request.body) ? 'It was seven.' : 'I no longer know what I thought of.'),
  ],
};

interface Input {
  input: { type: string; output?: unknown }[];
}

/** Outputs of the tools that ran, as the backend received them. */
export function outputs(body: unknown): unknown[] {
  return (body as Input).input.filter((item) => item.type === 'function_call_output').map((item) => item.output);
}

function hasReasoning(body: unknown): boolean {
  return (body as Input).input.some((item) => item.type === 'reasoning');
}
