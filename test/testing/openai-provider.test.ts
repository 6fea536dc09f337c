import { createOpenAI } from '@ai-sdk/openai';
import { stepCountIs, streamText, tool } from 'ai';
import { expect, it } from 'vitest';
import { z } from 'zod/v4';
import { withEmulator } from './client';

// Another client that was not written for this emulator: it reads the public Responses API, which the stream extends.
it('is read by the OpenAI provider of the AI SDK, through reasoning and a tool loop', () =>
  withEmulator(async (emulator, login) => {
    const openai = createOpenAI({
      baseURL: emulator.baseURL,
      apiKey: login.accessToken,
      headers: { 'chatgpt-account-id': login.accountId ?? '' },
    });
    const weather = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `Sunny in ${city}`,
    });
    const cities = ['Paris', 'Oslo'];
    emulator.reply(
      {
        reasoning: ['Look it up', 'in two places'],
        text: 'One moment.',
        toolCalls: cities.map((city) => ({ name: 'weather', input: { city } })),
      },
      'Sunny in both.',
    );
    const result = streamText({
      model: openai.responses('gpt-5.3-codex'),
      prompt: 'Weather?',
      tools: { weather },
      stopWhen: stepCountIs(2),
      providerOptions: {
        openai: {
          instructions: 'Be brief.',
          store: false,
          reasoningSummary: 'auto',
          include: ['reasoning.encrypted_content'],
        },
      },
    });
    const steps = await result.steps;
    expect(steps.map((step) => [step.text, step.finishReason])).toEqual([
      ['One moment.', 'tool-calls'],
      ['Sunny in both.', 'stop'],
    ]);
    expect(steps[0]?.reasoning.map((part) => part.text)).toEqual(['Look it up', 'in two places']);
    expect(steps[0]?.toolResults.map((part) => part.output)).toEqual(['Sunny in Paris', 'Sunny in Oslo']);
    expect(steps[0]?.usage.reasoningTokens).toBeGreaterThan(0);
    expect(emulator.requests.map((request) => request.status)).toEqual([200, 200]);
    expect(emulator.violations.map((violation) => violation.code)).toEqual(['turn_state_missing']);
  }));
