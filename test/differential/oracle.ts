import { createOpenAI } from '@ai-sdk/openai';
import { answerWith, CALL_OPTIONS, type Outcome, streamOutcome } from '../support/v2-harness';

/** What the API-key provider of the AI SDK makes of the same bytes. */
export function oracleOutcome(bytes: Uint8Array): Promise<Outcome> {
  const openai = createOpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1', fetch: answerWith(bytes) });
  const { prompt } = CALL_OPTIONS;
  return streamOutcome(openai.responses('gpt-5.3-codex'), { prompt, providerOptions: { openai: { store: false } } });
}
