import { describe, expect, it } from 'vitest';
import type { TransportError } from '../../src/shared/request-errors';
import { createRuntime } from '../../src/shared/runtime';
import { resolveTimeouts, type Timeouts } from '../../src/transport/transport';
import { Watchdog } from '../../src/transport/watchdog';
import { VirtualClock } from '../support/virtual-clock';

function watch(limits: Partial<Timeouts>) {
  const clock = new VirtualClock(1_000_000);
  const expired: TransportError[] = [];
  const { now, sleep } = clock;
  const timeouts = { connectMs: 0, firstEventMs: 0, idleMs: 0, ...limits };
  const watchdog = new Watchdog(createRuntime({ now, sleep }), timeouts, (error) => expired.push(error));
  watchdog.start();
  return { clock, watchdog, codes: () => expired.map(({ code }) => code), expired };
}

describe('the limit of a connection', () => {
  it('ends where the headers do not come, and names its setting', async () => {
    const { clock, codes, expired } = watch({ connectMs: 100, firstEventMs: 500 });
    await clock.advance(99);
    expect(codes()).toEqual([]);
    await clock.advance(1);
    expect(codes()).toEqual(['connect_timeout']);
    expect(expired[0]?.message).toContain('timeouts.connectMs');
  });

  it('does not concern what comes after them', async () => {
    const { clock, watchdog, codes } = watch({ connectMs: 100 });
    watchdog.expectBody();
    await clock.advance(10_000);
    expect(codes()).toEqual([]);
  });
});

describe('the limit of silence', () => {
  it('counts from the last piece, only while somebody waits, with one timer for any number of pieces', async () => {
    const { clock, watchdog, codes } = watch({ idleMs: 100 });
    watchdog.expectBody();
    for (let piece = 0; piece < 50; piece++) {
      watchdog.waiting();
      await clock.advance(90);
      watchdog.arrived();
      await clock.advance(500); // the reader's own time
      expect(clock.asleep).toHaveLength(1);
    }
    expect(codes()).toEqual([]);
    watchdog.waiting();
    await clock.advance(99);
    expect(codes()).toEqual([]);
    await clock.advance(1);
    expect(codes()).toEqual(['idle_timeout']);
    expect(clock.asleep).toEqual([]);
  });

  it('is no longer where the clock is set back', async () => {
    const { clock, watchdog, codes } = watch({ idleMs: 100 });
    watchdog.expectBody();
    watchdog.waiting();
    clock.shift(-365 * 24 * 3_600_000);
    await clock.advance(200);
    expect(clock.asked).toEqual([100, 100, 100]);
    watchdog.arrived();
    watchdog.waiting();
    await clock.advance(200);
    expect(codes()).toEqual(['idle_timeout']);
  });
});

it('every limit is over when the exchange is', async () => {
  const { clock, watchdog, codes } = watch({ connectMs: 100, firstEventMs: 200, idleMs: 300 });
  watchdog.expectBody();
  watchdog.waiting();
  expect(clock.asleep).toEqual([100, 200, 300]);
  watchdog.stop();
  expect(clock.asleep).toEqual([]);
  await clock.advance(10_000);
  expect(codes()).toEqual([]);
});

it('0 is no limit, and what no timer can count is none', () => {
  const { clock, watchdog } = watch({});
  watchdog.expectBody();
  expect(clock.asked).toEqual([]);
  const odd = { connectMs: Number.NaN, firstEventMs: Number.POSITIVE_INFINITY, idleMs: 2 ** 31 };
  expect(resolveTimeouts(odd)).toEqual({ connectMs: 0, firstEventMs: 0, idleMs: 0 });
  expect(resolveTimeouts({ connectMs: -1, firstEventMs: undefined })).toEqual({
    connectMs: 0,
    firstEventMs: 120_000,
    idleMs: 300_000,
  });
  expect(resolveTimeouts()).toEqual({ connectMs: 60_000, firstEventMs: 120_000, idleMs: 300_000 });
});
