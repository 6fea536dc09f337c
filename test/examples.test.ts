import { readdir } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { type Surroundings, withProvider } from '../examples/support/provider';
import { replies } from '../examples/support/replies';
import type { CodexProvider } from '../src/index';
import { codexFailures } from '../src/testing';

const expected: Record<string, unknown> = {
  'stream-text': expect.stringContaining('blue'),
  tools: 'Lisbon is warmer: 24 against 7 degrees.',
  'structured-output': { name: 'Pancakes', minutes: 20, ingredients: expect.any(Array) },
  reasoning: { reasoning: expect.stringContaining('Counting'), answer: expect.stringContaining('22') },
  registry: 'Hello!',
  fallback: ['gpt-5.4-mini: Hello!', 'gpt-5.4-mini: Goodbye!'],
  'logins-of-your-users': ['Hello, Ada.', 'Hello, Grace.'],
  'continue-a-stored-chat': 'It was seven.',
};

it.each(Object.keys(expected))('the example %s does what it says', async (name) => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const example: { run(codex: CodexProvider, surroundings: Surroundings): Promise<unknown> } = await import(
    `../examples/${name}.ts`
  );
  let outcome: unknown;
  await withProvider({ live: false, replies: replies[name] ?? [] }, async (codex, surroundings) => {
    outcome = await example.run(codex, surroundings);
  });
  vi.restoreAllMocks();
  expect(outcome).toEqual(expected[name]);
});

it.each(Object.keys(expected))('the example %s does not hide a failure', async (name) => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const example: { run(codex: CodexProvider, surroundings: Surroundings): Promise<unknown> } = await import(
    `../examples/${name}.ts`
  );
  const run = withProvider({ live: false, replies: [codexFailures.badRequest('Not today.')] }, example.run);
  await expect(run).rejects.toThrow('Not today.');
  vi.restoreAllMocks();
});

it('every example has a script for the emulator, and a test', async () => {
  const files = await readdir(new URL('../examples/', import.meta.url), { withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => file.name.replace('.ts', ''));
  const examples = names.filter((name) => name !== 'run' && name !== 'demo').sort();
  expect(Object.keys(replies).sort()).toEqual(examples);
  expect(Object.keys(expected).sort()).toEqual(examples);
});
