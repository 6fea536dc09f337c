import { generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import type { CodexProviderSettings } from '../../src/index';
import { codexFailures } from '../../src/testing';
import { type Stage, setUp } from './setup';

type Snapshot = Parameters<NonNullable<CodexProviderSettings['onRateLimits']>>[0];

const generate = (stage: Stage) =>
  generateText({ model: stage.codex('gpt-5.3-codex'), prompt: 'Hi.', maxRetries: 0 }).then(
    ({ providerMetadata }) => ({ rateLimits: providerMetadata?.codex?.rateLimits, error: undefined }),
    (error) => ({ rateLimits: undefined, error }),
  );

/** Somebody who keeps every snapshot. */
async function watched(settings: Partial<CodexProviderSettings> = {}) {
  const snapshots: Snapshot[] = [];
  const stage = await setUp({ onRateLimits: (snapshot) => void snapshots.push(snapshot), ...settings });
  return { stage, snapshots };
}

const USUAL = {
  planType: 'plus',
  primary: { usedPercent: 12, windowMinutes: 300, resetsAt: expect.any(Number) },
  secondary: { usedPercent: 4, windowMinutes: 10_080, resetsAt: expect.any(Number) },
};
const told = {
  type: 'codex.rate_limits',
  plan_type: 'plus',
  rate_limits: { primary: { used_percent: 13, window_minutes: 300, reset_at: 1_900_000_000 }, secondary: null },
};
const events = [
  { type: 'response.created', response: { id: 'resp_1' } },
  told,
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Hi.' }] },
  },
  { type: 'response.completed', response: { id: 'resp_1', output: [] } },
];

describe('the limits that an answer tells', () => {
  it('are in the metadata of the result and of the stream, as JSON', async () => {
    const { stage, snapshots } = await watched();
    const { rateLimits } = await generate(stage);
    expect(rateLimits).toMatchObject(USUAL);
    expect(JSON.parse(JSON.stringify(rateLimits))).toStrictEqual(rateLimits);
    const stream = streamText({ model: stage.codex('gpt-5.3-codex'), prompt: 'Hi.' });
    expect((await stream.providerMetadata)?.codex?.rateLimits).toMatchObject(USUAL);
    expect(snapshots).toHaveLength(2);
  });

  it('reach onRateLimits once for each time, the newer merged into the older', async () => {
    const { stage, snapshots } = await watched();
    stage.emulator.reply({ events });
    const { rateLimits } = await generate(stage);
    const newest = { ...USUAL, primary: { usedPercent: 13, windowMinutes: 300, resetsAt: 1_900_000_000_000 } };
    expect(snapshots).toMatchObject([USUAL, newest]);
    expect(rateLimits).toMatchObject(newest);
  });

  it('reach it of a refused call, too', async () => {
    const { stage, snapshots } = await watched();
    stage.emulator.reply(codexFailures.usageLimit());
    const { error } = await generate(stage);
    expect(error).toMatchObject({ code: 'usage_limit_reached', rateLimits: { primary: { usedPercent: 100 } } });
    expect(snapshots).toMatchObject([{ primary: { usedPercent: 100 } }]);
  });

  it('can be changed by whoever is told, for nobody else', async () => {
    const { stage } = await watched({ onRateLimits: (snapshot) => void delete snapshot.primary });
    expect((await generate(stage)).rateLimits).toMatchObject(USUAL);
  });

  it('are nowhere when it tells none', async () => {
    const { stage, snapshots } = await watched({
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        return new Response(answer.body, { status: answer.status });
      },
    });
    expect(await generate(stage)).toEqual({ rateLimits: undefined, error: undefined });
    expect(snapshots).toEqual([]);
  });

  it.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new RangeError('secret words');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('secret words')) as unknown as undefined],
  ])('cost no call when onRateLimits %s: the log tells', async (_name, onRateLimits) => {
    const warnings: unknown[][] = [];
    const logger = { debug() {}, warn: (...record: unknown[]) => void warnings.push(record) };
    const { stage } = await watched({ onRateLimits, logger });
    expect((await generate(stage)).rateLimits).toMatchObject(USUAL);
    expect(warnings).toEqual([['[CODEX] onRateLimits failed', { error: 'RangeError' }]]);
  });
});
