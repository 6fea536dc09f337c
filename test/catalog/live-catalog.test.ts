import { describe, expect, it } from 'vitest';
import { CodexAuthError } from '../../src/auth/errors';
import { KNOWN_MODELS } from '../../src/catalog/known-models';
import type { CodexModel } from '../../src/catalog/model-info';
import { catalogWorld, MINUTE } from './catalog-world';

const list = (...slugs: string[]) => ({ models: slugs.map((slug) => ({ slug })) });
const bundledIds = KNOWN_MODELS.map(({ id }) => id);

describe('list', () => {
  it('asks once for 5 minutes, with the client version, for 5 s and 8 MiB at most', async () => {
    const world = catalogWorld();
    world.replies.push(list('a', 'b'), list('c'));
    expect(await world.ids()).toEqual(['a', 'b']);
    world.now += 5 * MINUTE - 1;
    expect(await world.ids()).toEqual(['a', 'b']);
    expect(world.asked).toEqual([
      {
        url: 'https://backend.test/codex/models?client_version=0.155.0',
        etag: undefined,
        timeoutMs: 5_000,
        maxBytes: 8 * 1024 * 1024,
      },
    ]);
    world.now += 1;
    expect(await world.ids()).toEqual(['c']);
    expect(world.asked).toHaveLength(2);
  });

  it('asks a young list again when told to', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'), list('b'));
    await world.ids();
    expect((await world.catalog.list({ refresh: true })).map(({ id }) => id)).toEqual(['b']);
  });

  it('sends the version that it holds, and keeps the list when that is the newest', async () => {
    const world = catalogWorld();
    world.replies.push({ ...list('a'), headers: { etag: '"v1"' } }, { status: 304 }, new Error('not asked'));
    await world.ids();
    world.now += 6 * MINUTE;
    expect(await world.ids()).toEqual(['a']);
    world.now += 4 * MINUTE;
    expect(await world.ids()).toEqual(['a']);
    expect(world.asked.map(({ etag }) => etag)).toEqual([undefined, '"v1"']);
    world.replies.splice(0, 1, list('b'));
    world.now += 2 * MINUTE;
    expect(await world.ids()).toEqual(['b']);
    expect(world.asked.at(-1)?.etag).toBe('"v1"');
  });

  it('takes a list for old when the clock was set back', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'), list('b'));
    await world.ids();
    world.now -= 1;
    expect(await world.ids()).toEqual(['b']);
  });

  it('asks at once when an answer named another version, letter by letter, and not for the same one', async () => {
    const world = catalogWorld();
    world.replies.push({ ...list('a'), headers: { etag: '"v1"' } }, { status: 304 }, list('c'));
    await world.ids();
    world.catalog.noteEtag('acct-1', '"v1"');
    world.catalog.noteEtag('acct-2', 'v7');
    expect([await world.ids(), world.asked.length]).toEqual([['a'], 1]);
    world.catalog.noteEtag('acct-1', 'v1');
    expect([await world.ids(), world.asked.length]).toEqual([['a'], 2]);
    expect([await world.ids(), world.asked.length]).toEqual([['a'], 2]);
  });

  it('gives what the caller may change without changing what others get', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'));
    for (const model of await world.catalog.list()) model.id = 'changed';
    expect(await world.ids()).toEqual(['a']);
  });

  it('gives copies of what is deep in it, too, and of the bundle', async () => {
    const world = catalogWorld();
    world.replies.push({ models: [{ slug: 'a', supported_reasoning_levels: ['low'] }] }, new Error('away'));
    for (const { reasoningEfforts } of await world.catalog.list()) (reasoningEfforts as string[]).push('changed');
    expect((await world.catalog.list())[0]?.reasoningEfforts).toEqual(['low']);
    expect((await world.catalog.find('a', 'acct-1')).reasoningEfforts).toEqual(['low']);
    world.account = 'acct-2';
    const before = JSON.stringify(KNOWN_MODELS);
    for (const { successors } of await world.catalog.list()) (successors as string[] | undefined)?.push('changed');
    expect(JSON.stringify(KNOWN_MODELS)).toBe(before);
  });
});

describe('a failure', () => {
  it('gives the bundle, and says so', async () => {
    const world = catalogWorld();
    world.replies.push(new Error('The backend answered 503 to Bearer abc.'));
    const models = await world.catalog.list();
    expect(models.map(({ id }) => id)).toEqual(bundledIds);
    expect(new Set(models.map(({ source }) => source))).toEqual(new Set(['bundled']));
    expect(world.warnings).toEqual([
      'The list of models could not be fetched; the one of this version of the package is used (unknown).',
    ]);
  });

  it('gives the last list known however old it is, and asks again next time', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'), new Error('away'), list('b'));
    await world.ids();
    world.now += 60 * MINUTE;
    expect(await world.catalog.list()).toEqual([{ id: 'a', isListed: true, source: 'cached' }]);
    expect(world.warnings[0]).toContain('the last one known is used');
    expect(await world.ids()).toEqual(['b']);
  });

  it.each([[{ models: 'none' }], [{ body: '<html>' }], [{ body: '[]' }]])(
    'is an answer without a list: %j',
    async (answer) => {
      const world = catalogWorld();
      world.replies.push(answer);
      expect(await world.ids()).toEqual(bundledIds);
      expect(world.warnings).toHaveLength(1);
    },
  );

  it('leaves a list in its life what it is', async () => {
    const world = catalogWorld();
    world.replies.push(list('a', 'gpt-5.3-codex'), new Error('away'), new Error('away'));
    await world.ids();
    const sources = (models: CodexModel[]) => models.map(({ source }) => source);
    expect(sources(await world.catalog.list({ refresh: true }))).toEqual(['live', 'live', 'bundled']);
    world.now += 6 * MINUTE;
    expect(sources(await world.catalog.list())).toEqual(['cached', 'cached', 'bundled']);
  });

  it('is a list of which nothing can be read', async () => {
    const world = catalogWorld();
    world.replies.push({ models: [{ slug: 7 }, {}] }, list('a'), { models: [null] });
    expect(await world.ids()).toEqual(bundledIds);
    expect(await world.ids()).toEqual(['a']);
    world.now += 6 * MINUTE;
    expect(await world.ids()).toEqual(['a']);
    expect(world.warnings).toHaveLength(2);
  });

  it('is not an empty list, nor a single entry that cannot be read', async () => {
    const world = catalogWorld();
    world.replies.push({ models: [] }, { models: [null, { slug: 7 }, { slug: 'a' }, { slug: 'a' }] });
    expect(await world.catalog.list()).toEqual([]);
    expect(await world.catalog.list({ refresh: true })).toEqual([{ id: 'a', isListed: true, source: 'live' }]);
    expect([world.warnings, world.records]).toEqual([
      [],
      Array(3).fill('An entry of the list of models could not be read.'),
    ]);
  });

  it('of the login rejects, before and during the request', async () => {
    const world = catalogWorld();
    const refused = new CodexAuthError({ code: 'relogin_required', message: 'over' });
    world.replies.push(list('a'), refused);
    await world.ids();
    await expect(world.catalog.list({ refresh: true })).rejects.toBe(refused);
    world.account = new CodexAuthError({ code: 'not_logged_in', message: 'nobody' });
    await expect(world.catalog.list()).rejects.toBe(world.account);
    expect(world.asked).toHaveLength(2);
  });
});

describe('who is logged in', () => {
  it('decides which list is meant', async () => {
    const world = catalogWorld();
    world.replies.push({ ...list('a'), headers: { etag: 'v1' } }, list('b'));
    expect(await world.ids()).toEqual(['a']);
    world.account = 'acct-2';
    expect(await world.ids()).toEqual(['b']);
    world.account = 'acct-1';
    expect(await world.ids()).toEqual(['a']);
    expect(world.asked.map(({ etag }) => etag)).toEqual([undefined, undefined]);
  });

  it('may change before the request leaves: the answer says whose list it is', async () => {
    const world = catalogWorld();
    world.replies.push({ ...list('b'), accountId: 'acct-2' }, list('a'));
    expect(await world.ids()).toEqual(['b']);
    expect(await world.ids()).toEqual(['a']);
    world.account = 'acct-2';
    expect([await world.ids(), world.asked.length]).toEqual([['b'], 2]);
  });

  it('is asked again without a version when the list of another one is unchanged', async () => {
    const world = catalogWorld();
    world.replies.push(
      { ...list('a'), headers: { etag: 'v1' } },
      { status: 304, accountId: 'acct-2' },
      { ...list('b'), accountId: 'acct-2' },
    );
    await world.ids();
    world.now += 6 * MINUTE;
    expect(await world.ids()).toEqual(['b']);
    expect(world.asked.map(({ etag }) => etag)).toEqual([undefined, 'v1', undefined]);
  });
});

describe('many at once', () => {
  const slow = () => {
    let say = (_: object) => {};
    const said = new Promise<object>((resolve) => {
      say = resolve;
    });
    const signals: AbortSignal[] = [];
    const reply = (signal: AbortSignal) => {
      signals.push(signal);
      return said;
    };
    return { reply, say, signals };
  };
  const asked = async (world: { asked: unknown[] }) => {
    while (world.asked.length === 0) await new Promise(setImmediate);
  };

  it('share one request, which one that goes does not end for the others', async () => {
    const world = catalogWorld();
    const { reply, say, signals } = slow();
    world.replies.push(reply);
    const leaving = new AbortController();
    const left = world.catalog.list({ signal: leaving.signal });
    const others = [world.ids(), world.ids(), world.catalog.liveIds()];
    await asked(world);
    const reason = new Error('no longer wanted');
    leaving.abort(reason);
    await expect(left).rejects.toBe(reason);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    say(list('a'));
    expect(await Promise.all(others)).toEqual([['a'], ['a'], ['a']]);
    expect(world.asked).toHaveLength(1);
  });

  it('end the request when the last one goes, and the next one asks anew', async () => {
    const world = catalogWorld();
    const { reply, signals } = slow();
    world.replies.push(reply, list('a'));
    const end = new AbortController();
    const all = [world.catalog.list({ signal: end.signal }), world.catalog.list({ signal: end.signal })];
    await asked(world);
    end.abort(new Error('no longer wanted'));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await world.ids()).toEqual(['a']);
  });

  it('ask nothing for a signal that has come already', async () => {
    const world = catalogWorld();
    const reason = new Error('no longer wanted');
    await expect(world.catalog.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await world.catalog.liveIds(AbortSignal.abort(reason))).toBeUndefined();
    expect(world.asked).toEqual([]);
  });
});

describe('find', () => {
  it('never asks, and gives the live facts over those of the bundle once they are known', async () => {
    const world = catalogWorld();
    expect(await world.catalog.find('gpt-5.5', 'acct-1')).toBe(KNOWN_MODELS.find(({ id }) => id === 'gpt-5.5'));
    expect(await world.catalog.find('new', 'acct-1')).toEqual({ id: 'new' });
    expect(world.asked).toEqual([]);
    world.replies.push({ models: [{ slug: 'gpt-5.5', context_window: 7, use_responses_lite: true }] });
    await world.ids();
    expect(await world.catalog.find('gpt-5.5', 'acct-1')).toMatchObject({
      contextWindow: 7,
      usesResponsesLite: true,
      lastSeenWorking: '2026-09',
    });
    expect((await world.catalog.find('gpt-5.5', 'acct-2')).usesResponsesLite).toBeUndefined();
    expect(await world.catalog.find('gpt-5.4', 'acct-1')).toMatchObject({ contextWindow: 272_000 });
  });
});

describe('a version that an answer names', () => {
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  const v1 = { ...list('a'), headers: { etag: 'v1' } };

  it('confirms the list that is held: its 5 minutes start again, and nothing is asked', async () => {
    const world = catalogWorld();
    world.replies.push(v1);
    await world.ids();
    world.now += 4 * MINUTE;
    world.catalog.noteEtag('acct-1', 'v1');
    world.now += 4 * MINUTE;
    expect(await world.catalog.list()).toMatchObject([{ id: 'a', source: 'live' }]);
    world.now += 60 * MINUTE;
    world.catalog.noteEtag('acct-1', 'v1');
    expect([await world.ids(), await world.catalog.liveIds(), world.asked.length]).toEqual([['a'], ['a'], 1]);
  });

  it('is fetched in the background, once, so that calls get the new facts', async () => {
    const world = catalogWorld();
    const lite = (use_responses_lite: boolean, etag: string) => ({
      models: [{ slug: 'a', use_responses_lite }],
      headers: { etag },
    });
    world.replies.push(lite(true, 'v1'), lite(false, 'v2'));
    await world.ids();
    for (let call = 0; call < 3; call++) world.catalog.noteEtag('acct-1', 'v2');
    await settled();
    expect((await world.catalog.find('a', 'acct-1')).usesResponsesLite).toBe(false);
    for (let call = 0; call < 3; call++) world.catalog.noteEtag('acct-1', 'v2');
    await settled();
    expect(world.asked.map(({ etag }) => etag)).toEqual([undefined, 'v1']);
  });

  it('is fetched once although the list comes under another name for it, as one without quotes', async () => {
    const world = catalogWorld();
    world.replies.push({ ...list('a'), headers: { etag: '"v1"' } }, { status: 304 });
    await world.ids();
    for (let call = 0; call < 5; call++) {
      world.catalog.noteEtag('acct-1', 'v1');
      await settled();
    }
    expect(world.asked).toHaveLength(2);
  });

  it('asks nobody where no list is held, nor of another account', async () => {
    const world = catalogWorld();
    world.catalog.noteEtag('acct-1', 'v1');
    world.replies.push(v1);
    await world.ids();
    world.catalog.noteEtag('acct-2', 'v9');
    await settled();
    expect(world.asked).toHaveLength(1);
  });

  it('shares its request with those who ask for the list', async () => {
    const world = catalogWorld();
    world.replies.push(v1, { ...list('b'), headers: { etag: 'v2' } });
    await world.ids();
    world.catalog.noteEtag('acct-1', 'v2');
    expect([await world.ids(), world.asked.length]).toEqual([['b'], 2]);
  });

  it('may fail to be fetched: the old list stays, nothing rejects, and it is asked again only 5 minutes later', async () => {
    const world = catalogWorld();
    world.replies.push(v1, new Error('away'), list('b'));
    await world.ids();
    const note = async () => {
      world.catalog.noteEtag('acct-1', 'v2');
      await settled();
      return [(await world.catalog.find('a', 'acct-1')).id, world.asked.length];
    };
    expect([await note(), await note(), world.warnings]).toEqual([['a', 2], ['a', 2], []]);
    world.now += 5 * MINUTE;
    expect(await note()).toEqual(['a', 3]);
  });

  it('is fetched again after 5 minutes when the servers still do not agree on it', async () => {
    const world = catalogWorld();
    world.replies.push(v1, v1, { ...list('b'), headers: { etag: 'v2' } });
    await world.ids();
    const note = async () => {
      world.catalog.noteEtag('acct-1', 'v2');
      await settled();
      return [(await world.catalog.find('b', 'acct-1')).isListed, world.asked.length];
    };
    expect(await note()).toEqual([undefined, 2]);
    world.now += 5 * MINUTE - 1;
    expect(await note()).toEqual([undefined, 2]);
    world.now += 1;
    expect(await note()).toEqual([true, 3]);
  });

  it.each([
    ['two by turns', (call: number) => `v${call % 2}`],
    ['another one each time', (call: number) => `v${call}`],
  ])('costs no more than a request in 5 minutes, whatever is named: %s', async (_, nameOf) => {
    const world = catalogWorld();
    const times: number[] = [];
    const start = world.now;
    world.replies.push(
      v1,
      ...Array.from({ length: 20 }, (_unused, index) => async () => {
        times.push(world.now - start);
        return { ...list('a'), headers: { etag: `v${index % 2}` } };
      }),
    );
    await world.ids();
    for (let call = 0; call < 1_000; call++) {
      world.catalog.noteEtag('acct-1', nameOf(call));
      await world.catalog.find('a', 'acct-1');
      await new Promise(setImmediate);
      world.now += 1_000;
    }
    await settled();
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times).toHaveLength(4);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5 * MINUTE);
  });

  it('waits for one account as if there were no other', async () => {
    const world = catalogWorld();
    world.replies.push(v1, v1);
    await world.ids();
    world.account = 'acct-2';
    await world.ids();
    for (const account of ['acct-1', 'acct-2', 'acct-1', 'acct-2']) {
      world.account = account;
      world.replies.push(v1);
      world.catalog.noteEtag(account, 'v2');
      await settled();
    }
    expect(world.asked).toHaveLength(4);
  });

  it('is waited for 2 s at most: a request keeps a program from ending', async () => {
    const world = catalogWorld();
    const signals: AbortSignal[] = [];
    world.replies.push(v1, (signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    await world.ids();
    world.catalog.noteEtag('acct-1', 'v2');
    while (signals.length === 0) await new Promise(setImmediate);
    const limit = world.limits.at(-1);
    limit?.expire();
    await settled();
    expect([limit?.ms, signals[0]?.aborted]).toEqual([2_000, true]);
  });
});

describe('liveIds', () => {
  it('asks only when the list is not young, and leaves out what people are not offered', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'), { models: [{ slug: 'gpt-5.3-codex' }, { slug: 'b', visibility: 'hide' }] });
    await world.ids();
    expect([await world.catalog.liveIds(), world.asked.length]).toEqual([['a'], 1]);
    world.now += 6 * MINUTE;
    expect(await world.catalog.liveIds()).toEqual(['gpt-5.3-codex']);
    expect(await world.ids()).toEqual(['gpt-5.3-codex', 'gpt-5.3-codex-spark', 'b']);
    expect(world.asked).toHaveLength(2);
  });

  it('is what was known last when the backend does not say it in 2 s', async () => {
    const world = catalogWorld();
    world.replies.push(list('a'), new Error('away'), () => new Promise(() => {}));
    await world.ids();
    world.now += 6 * MINUTE;
    expect(await world.catalog.liveIds()).toEqual(['a']);
    world.now += MINUTE;
    const late = world.catalog.liveIds();
    while (world.asked.length < 3) await new Promise(setImmediate);
    const limit = world.limits.at(-1);
    limit?.expire();
    expect([await late, limit?.ms]).toEqual([['a'], 2_000]);
  });

  it('is undefined when the backend, the login or the time does not allow it', async () => {
    const world = catalogWorld();
    world.replies.push(new Error('away'), (signal) => new Promise((_, fail) => signal.addEventListener('abort', fail)));
    expect(await world.catalog.liveIds()).toBeUndefined();
    world.now += MINUTE;
    const late = world.catalog.liveIds();
    while (world.asked.length < 2) await new Promise(setImmediate);
    const limit = world.limits.at(-1);
    limit?.expire();
    expect([await late, limit?.ms]).toEqual([undefined, 2_000]);
    world.account = new CodexAuthError({ code: 'not_logged_in', message: 'nobody' });
    expect(await world.catalog.liveIds()).toBeUndefined();
    expect([world.asked.length, world.warnings]).toEqual([2, []]);
  });

  it('asks nobody for 60 s after a request of the account that failed', async () => {
    const world = catalogWorld();
    world.replies.push(new Error('away'), list('a'));
    expect([await world.catalog.liveIds(), await world.catalog.liveIds()]).toEqual([undefined, undefined]);
    world.now += MINUTE - 1;
    expect([await world.catalog.liveIds(), world.asked.length]).toEqual([undefined, 1]);
    world.now += 1;
    expect([await world.catalog.liveIds(), world.asked.length]).toEqual([['a'], 2]);
    world.now += 6 * MINUTE;
    for (let call = 0; call < 3; call++) expect(await world.catalog.liveIds()).toEqual(['a']);
    expect(world.asked).toHaveLength(3);
    world.account = 'acct-2';
    world.replies.push(list('b'));
    expect([await world.catalog.liveIds(), world.asked.length]).toEqual([['b'], 4]);
  });

  it('takes neither what a caller gave up nor a failure before a success for one', async () => {
    const world = catalogWorld();
    world.replies.push((signal) => new Promise((_, fail) => signal.addEventListener('abort', fail)), list('a'));
    const end = new AbortController();
    const left = world.catalog.liveIds(end.signal);
    while (world.asked.length === 0) await new Promise(setImmediate);
    end.abort(new Error('no longer wanted'));
    expect(await left).toBeUndefined();
    expect(await world.catalog.liveIds()).toEqual(['a']);
    world.replies.push(new Error('away'), list('b'), list('c'));
    await world.catalog.list({ refresh: true });
    await world.catalog.list({ refresh: true });
    world.catalog.noteEtag('acct-1', 'v2');
    expect([await world.catalog.liveIds(), world.asked.length]).toEqual([['c'], 5]);
  });
});
