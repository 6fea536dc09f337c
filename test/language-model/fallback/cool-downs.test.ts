import { describe, expect, it, vi } from 'vitest';
import { CodexFallbackError } from '../../../src/language-model/fallback/fallback-error';
import { type FakeModel, fakeModel, fallbackOf, ofLogin, START, status, throttle, usageLimit } from './fake-model';

const MINUTE = 60_000;
const counts = (...models: FakeModel[]) => models.map(({ calls }) => calls.length);

describe('a model at its limit', () => {
  it.each([
    ['until it resets', usageLimit(START + 3 * MINUTE), 3 * MINUTE],
    ['for 15 minutes when it does not say', usageLimit(), 15 * MINUTE],
    ['for as long as a throttle asks', throttle(START + 90_000), 90_000],
  ])('is left alone %s', async (_name, fail, wait) => {
    const [a, b] = [fakeModel('p/a', { fail }, { text: 'Back.' }), fakeModel('q/b')];
    const { ask, clock } = fallbackOf([a, b]);
    expect(await ask()).toBe('b');
    clock.time = START + wait - 1;
    expect(await ask()).toBe('b');
    expect(counts(a, b)).toEqual([1, 2]);
    clock.time = START + wait;
    expect(await ask()).toBe('a');
    expect(counts(a, b)).toEqual([2, 2]);
  });

  it('does not keep the other models of its provider from answering', async () => {
    const models = [fakeModel('p.x/a', { fail: usageLimit() }), fakeModel('p.x/b'), fakeModel('q/c')];
    const { ask } = fallbackOf(models);
    expect([await ask(), await ask()]).toEqual(['b', 'b']);
    expect(counts(...models)).toEqual([1, 2, 0]);
  });

  it('is reported as skipped with what it failed with', async () => {
    const fail = usageLimit(START + MINUTE);
    const events: unknown[] = [];
    const { ask, outcome } = fallbackOf([fakeModel('p/a', { fail }), fakeModel('q/b')], {
      onFallback: (event) => void events.push(event),
    });
    await ask();
    const { result } = await outcome();
    expect(result?.providerMetadata?.codex?.fallback).toMatchObject({
      attempts: [{ modelId: 'a', code: 'usage_limit_reached', skipped: true }],
    });
    expect(events).toMatchObject([{ skipped: false }, { skipped: true, code: 'usage_limit_reached', error: fail }]);
  });

  it('never shortens its own wait', async () => {
    const a = fakeModel('p/a', { fail: usageLimit(START + 30 * MINUTE) });
    const b = fakeModel('q/b');
    const { clock, model, ask } = fallbackOf([a, b]);
    // Two calls at once: the second failure names an earlier end.
    let second = () => {};
    const { doGenerate } = a;
    a.doGenerate = async () => {
      await new Promise<void>((resolve) => {
        second = resolve;
      });
      throw usageLimit(START + MINUTE);
    };
    const slow = model.doGenerate({ prompt: [] });
    a.doGenerate = doGenerate;
    await ask();
    second();
    await slow;
    clock.time = START + 2 * MINUTE;
    expect(await ask()).toBe('b');
    expect(a.calls).toHaveLength(1);
  });

  it('is not free because a call is answered that began before', async () => {
    const a = fakeModel('p/a', { fail: usageLimit(START + 30 * MINUTE) }, { text: 'Fine.' });
    const { model, ask } = fallbackOf([a, fakeModel('q/b')]);
    let finish = () => {};
    const { doGenerate } = a;
    a.doGenerate = async (options) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return doGenerate(options);
    };
    const slow = model.doGenerate({ prompt: [] });
    a.doGenerate = doGenerate;
    expect(await ask()).toBe('b'); // at its limit
    finish();
    await slow;
    expect(await ask()).toBe('b');
    expect(a.calls).toHaveLength(2);
  });

  it.each([
    ['names', (a: FakeModel, b: FakeModel) => [a, b]],
    ['names under two logins of ours', (a: FakeModel, b: FakeModel) => [ofLogin({}, a), ofLogin({}, b)]],
  ])('does not keep another one of the same %s from answering', async (_name, pair) => {
    const models = pair(fakeModel('p/a', { fail: usageLimit() }), fakeModel('p/a', { text: 'Other key.' }));
    const { ask, outcome } = fallbackOf(models);
    await ask();
    expect((await outcome()).result?.content).toEqual([{ type: 'text', text: 'Other key.' }]);
    expect(counts(...models)).toEqual([1, 2]);
  });

  it('keeps those back that are the same model of the same login with another effort', async () => {
    const login = {};
    const models = [
      ofLogin(login, fakeModel('codex.responses/m-high', { fail: usageLimit() }), 'm'),
      ofLogin(login, fakeModel('codex.responses/m-low'), 'm'),
      ofLogin(login, fakeModel('codex.responses/n')),
    ];
    expect(await fallbackOf(models).ask()).toBe('n');
    expect(counts(...models)).toEqual([1, 0, 1]);
  });
});

describe('a refused login', () => {
  it('of ours is left alone with all its models for a minute', async () => {
    const login = {};
    const refused = ofLogin(login, fakeModel('p/a', { fail: status(401) }, { text: 'Back.' }));
    const models = [refused, ofLogin(login, fakeModel('p/b')), fakeModel('q/c')];
    const { ask, clock } = fallbackOf(models);
    expect([await ask(), await ask()]).toEqual(['c', 'c']);
    expect(counts(...models)).toEqual([1, 0, 2]);
    clock.time = START + MINUTE;
    expect(await ask()).toBe('a');
  });

  it('of another provider is that of one model, which may have a key of its own', async () => {
    const models = [fakeModel('p/a', { fail: status(401) }), fakeModel('p/a'), fakeModel('q/c')];
    const { outcome } = fallbackOf(models);
    for (const skipped of [undefined, true as const]) {
      const { result } = await outcome();
      const attempt = { provider: 'p', modelId: 'a', code: 'unauthorized', ...(skipped && { skipped }) };
      expect(result?.providerMetadata?.codex?.fallback).toEqual({ used: 'a', attempts: [attempt] });
    }
    expect(counts(...models)).toEqual([1, 2, 0]);
  });

  it('of one model does not end a call that another one of the same login may answer', async () => {
    const login = {};
    const onFallback = vi.fn();
    const models = [
      ofLogin(login, fakeModel('p/a', { fail: status(403) })),
      ofLogin(login, fakeModel('p/b', { text: 'Me.' })),
      fakeModel('q/c', { fail: status(500) }),
    ];
    const { outcome } = fallbackOf(models, { onFallback });
    expect((await outcome()).result?.providerMetadata?.codex?.fallback).toEqual({
      used: 'b',
      attempts: [
        { provider: 'p', modelId: 'a', code: 'forbidden' },
        { provider: 'q', modelId: 'c', code: 'server_error' },
      ],
    });
    expect(counts(...models)).toEqual([1, 1, 1]);
    const told = onFallback.mock.calls.map(([{ from, to, skipped }]) => [from.modelId, to?.modelId, skipped]);
    expect(told).toEqual([
      ['a', 'b', false],
      ['b', 'c', true],
      ['c', 'b', false],
    ]);
  });

  it('of one model asks the others of the login once, and says so of each', async () => {
    const login = {};
    const refused = status(403);
    const models = ['p/a', 'p/b', 'p/c'].map((name) => ofLogin(login, fakeModel(name, { fail: refused })));
    const { ask } = fallbackOf(models);
    const { attempts } = await ask();
    expect(attempts).toMatchObject([{ modelId: 'a' }, { modelId: 'b' }, { modelId: 'c' }]);
    expect(attempts.some(({ skipped }: { skipped?: true }) => skipped)).toBe(false);
    expect(counts(...models)).toEqual([1, 1, 1]);
  });
});

describe('when all are left alone', () => {
  it('nobody is asked, and the error says when somebody can be', async () => {
    const models = [
      fakeModel('p/a', { fail: usageLimit(START + 5 * MINUTE) }),
      fakeModel('q/b', { fail: usageLimit() }),
    ];
    const { ask, clock } = fallbackOf(models);
    await ask();
    clock.time += MINUTE;
    const error = await ask();
    expect(CodexFallbackError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ isRetryable: false, retryAt: START + 5 * MINUTE });
    expect(error.message).toContain(
      '- p a: skipped, usage_limit_reached, not asked again for 4 min: The plan is used up.',
    );
    expect(error.attempts).toMatchObject([{ skipped: true }, { skipped: true }]);
    expect(counts(...models)).toEqual([1, 1]);
  });

  it('waits of less than a minute are told to who tries again', async () => {
    const fail = throttle(START + 20_000);
    const models = [fakeModel('p/a', { fail }), fakeModel('q/b', { fail: usageLimit() })];
    const { ask, clock } = fallbackOf(models);
    await ask();
    clock.time += 5_000;
    expect(await ask()).toMatchObject({ isRetryable: true, responseHeaders: { 'retry-after-ms': '15000' } });
    expect(counts(...models)).toEqual([1, 1]);
  });

  it('those that wait for a login alone are asked', async () => {
    const refused = status(401);
    const models = [
      fakeModel('p/a', { fail: refused }),
      fakeModel('p/b', { fail: refused }),
      fakeModel('q/c', { fail: usageLimit() }),
    ];
    const { ask, clock } = fallbackOf(models);
    await ask();
    expect(counts(...models)).toEqual([1, 1, 1]);
    clock.time += 10_000;
    await ask();
    expect(counts(...models)).toEqual([2, 2, 1]);
  });

  it('a login that was repaired is noticed', async () => {
    const a = fakeModel('p/a', { fail: status(401) }, { text: 'Logged in.' });
    const { ask } = fallbackOf([a, fakeModel('q/b', { fail: usageLimit() })]);
    await ask();
    expect(await ask()).toBe('a');
    expect(await ask()).toBe('a');
  });
});

describe('a model that is alone', () => {
  it('is asked again at its limit: nobody else could be, and the plan may have changed', async () => {
    const fail = usageLimit(START + MINUTE);
    const a = fakeModel('p/a', { fail }, { text: 'Fine.' });
    const { ask } = fallbackOf([a]);
    expect([await ask(), await ask()]).toEqual([fail, 'a']);
    expect(counts(a)).toEqual([2]);
  });

  it('is asked again after a throttle whenever somebody does', async () => {
    const a = fakeModel('p/a', { fail: throttle(START + 7_000) }, { text: 'Fine.' });
    const { ask } = fallbackOf([a]);
    await ask();
    expect(await ask()).toBe('a');
  });
});
