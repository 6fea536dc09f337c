import { createOpenAI } from '@ai-sdk/openai';
import { expect, it } from 'vitest';
import { loadFixtures } from '../codec/fixtures';
import { CALL_OPTIONS, createV2Model, streamOutcome } from '../support/v2-harness';
import { normalize } from './normalize';

const fixtures = loadFixtures().filter(({ name }) => name.startsWith('annotation-'));

/** Sources as the oracle's doGenerate gives them: unlike its stream, it knows every kind of citation. */
async function oracleSources(bytes: Uint8Array) {
  const done = new TextDecoder().decode(bytes).match(/data: (\{"type":"response.output_text.annotation.added".*)/g);
  const annotations = (done ?? []).map((line) => JSON.parse(line.slice('data: '.length)).annotation);
  const content = [{ type: 'output_text', text: 'See here.', annotations }];
  const body = {
    id: 'resp_0a1',
    created_at: 1,
    model: 'gpt-5.3-codex',
    output: [{ type: 'message', role: 'assistant', id: 'msg_01', content }],
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const fetch = async () => Response.json(body);
  const openai = createOpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1', fetch });
  const result = await openai.responses('gpt-5.3-codex').doGenerate({ prompt: CALL_OPTIONS.prompt });
  const parts = JSON.parse(JSON.stringify(result.content.filter(({ type }) => type === 'source')));
  return normalize({ parts });
}

it.each(fixtures.filter(({ name }) => !/unknown-kind|only-in-done/.test(name)))(
  'sources of $name are those of the oracle’s doGenerate',
  async ({ bytes }) => {
    const ours = normalize(await streamOutcome(createV2Model(bytes)));
    const parts = 'parts' in ours ? ours.parts.filter(({ type }) => type === 'source') : [];
    expect(parts).not.toEqual([]);
    expect({ parts }).toEqual(await oracleSources(bytes));
  },
);
