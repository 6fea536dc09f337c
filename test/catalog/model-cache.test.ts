import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fileModelCache } from '../../src/node';
import { catalogWorld, MINUTE, memoryCache, written } from './catalog-world';

const list = (...slugs: string[]) => ({ models: slugs.map((slug) => ({ slug })) });

describe('a cache', () => {
  it('saves the request of the next run for 5 minutes, and its effort after that', async () => {
    const cache = memoryCache();
    const first = catalogWorld({ cache });
    first.replies.push({ ...list('a', 'b'), headers: { etag: 'v1' } });
    await first.ids();
    await written(cache);
    const second = catalogWorld({ cache });
    second.replies.push({ status: 304 });
    expect([await second.ids(), second.asked]).toEqual([['a', 'b'], []]);
    second.now += 6 * MINUTE;
    expect([await second.ids(), second.asked.map(({ etag }) => etag)]).toEqual([['a', 'b'], ['v1']]);
    await written(cache, 2);
    const third = catalogWorld({ cache });
    third.now += 8 * MINUTE;
    expect([await third.ids(), third.asked]).toEqual([['a', 'b'], []]);
  });

  it('gives every fact that the backend told, and nothing else of it', async () => {
    const cache = memoryCache();
    const world = catalogWorld({ cache });
    const entry = {
      slug: 'new',
      display_name: 'New',
      description: 'A model.',
      default_reasoning_level: 'low',
      supported_reasoning_levels: [{ effort: 'low', description: 'long' }],
      supports_reasoning_summaries: true,
      context_window: 1,
      max_context_window: 2,
      input_modalities: ['text'],
      supports_parallel_tool_calls: false,
      support_verbosity: true,
      default_verbosity: 'low',
      service_tiers: [{ id: 'priority' }],
      minimal_client_version: '0.1.0',
      available_in_plans: ['pro'],
      visibility: 'hide',
      supported_in_api: true,
      use_responses_lite: true,
      base_instructions: 'pages of text',
    };
    world.replies.push({ models: [entry] });
    const told = await world.catalog.list();
    await written(cache);
    const next = catalogWorld({ cache });
    expect(await next.catalog.find('new', 'acct-1')).toEqual(told[0]);
    expect(await next.catalog.list()).toEqual(told);
    expect([next.asked, told[0]?.maxContextWindow]).toEqual([[], 2]);
    expect(cache.text).not.toContain('pages of text');
  });

  it('is looked at once for each account, of whom it names none', async () => {
    const cache = memoryCache();
    const world = catalogWorld({ cache });
    world.replies.push(list('a'), list('b'));
    await world.ids();
    world.account = 'acct-2';
    await world.ids();
    await written(cache, 2);
    expect(cache.text).not.toMatch(/acct|backend\.test/);
    let reads = 0;
    const counting = {
      write: async () => {},
      read: async () => {
        reads++;
        return cache.text;
      },
    };
    const next = catalogWorld({ cache: counting });
    for (const account of ['acct-1', 'acct-2', 'acct-3', 'acct-3']) await next.catalog.find('a', account);
    next.account = 'acct-2';
    expect([await next.ids(), reads, next.asked]).toEqual([['b'], 3, []]);
  });

  it('has lists apart by client version, and eight of them at most', async () => {
    const cache = memoryCache();
    for (let minor = 0; minor < 10; minor++) {
      const world = catalogWorld({ cache, clientVersion: `0.${minor}.0` });
      world.now += minor;
      world.replies.push(list(`of-${minor}`));
      await world.ids();
      await written(cache, minor + 1);
    }
    expect(JSON.parse(cache.text ?? '').lists).toHaveLength(8);
    const askedBy = async (minor: number) => {
      const world = catalogWorld({ cache: { ...cache, write: async () => {} }, clientVersion: `0.${minor}.0` });
      world.now += 10;
      world.replies.push(list('asked'));
      return world.ids();
    };
    expect(await Promise.all([1, 2, 9].map(askedBy))).toEqual([['asked'], ['of-2'], ['of-9']]);
  });

  it.each([
    '',
    'nonsense',
    '[]',
    'null',
    '{"version":2,"lists":[]}',
    '{"version":1,"lists":[null,7,{"key":1}]}',
    '{"version":1}',
  ])('that is damaged is passed over and overwritten: %s', async (text) => {
    const cache = memoryCache(text);
    const world = catalogWorld({ cache });
    world.replies.push(list('a'));
    expect(await world.ids()).toEqual(['a']);
    await written(cache);
    expect(JSON.parse(cache.text ?? '')).toMatchObject({ version: 1, lists: [{ models: [{ slug: 'a' }] }] });
  });

  it('that fails, or never ends, costs nothing but the cache', async () => {
    const failing = { read: () => Promise.reject(new Error('read')), write: () => Promise.reject(new Error('write')) };
    const world = catalogWorld({ cache: failing });
    world.replies.push(list('a'));
    expect([await world.ids(), await world.ids(), world.warnings]).toEqual([['a'], ['a'], []]);
    while (world.records.length < 2) await new Promise(setImmediate);
    expect(world.records).toEqual([
      'The list of models that is kept could not be read.',
      'The list of models that is kept could not be written.',
    ]);
    const hanging = catalogWorld({ cache: { read: () => new Promise(() => {}), write: async () => {} } });
    const found = hanging.catalog.find('gpt-5.5', 'acct-1');
    const [forCall] = hanging.limits;
    forCall?.expire();
    expect([(await found).id, forCall?.ms]).toEqual(['gpt-5.5', 50]);
    // Once: the next calls wait for nothing.
    expect((await hanging.catalog.find('gpt-5.5', 'acct-1')).id).toBe('gpt-5.5');
    const listed = hanging.ids();
    hanging.replies.push(list('a'));
    hanging.limits.find(({ ms }) => ms === 1_000)?.expire();
    expect(await listed).toEqual(['a']);
  });

  it('that is slow serves the calls after it is read', async () => {
    const cache = memoryCache();
    const world = catalogWorld({ cache });
    world.replies.push({ models: [{ slug: 'a', context_window: 7 }] });
    await world.ids();
    await written(cache);
    let say = (_: string | undefined) => {};
    const read = () =>
      new Promise<string | undefined>((resolve) => {
        say = resolve;
      });
    const slow = catalogWorld({ cache: { read, write: async () => {} } });
    const first = slow.catalog.find('a', 'acct-1');
    slow.limits.find(({ ms }) => ms === 50)?.expire();
    expect(await first).toEqual({ id: 'a' });
    say(cache.text);
    while ((await slow.catalog.find('a', 'acct-1')).contextWindow !== 7) await new Promise(setImmediate);
    expect(slow.asked).toEqual([]);
  });

  it('is written behind the back of the one who asks, one list after the other', async () => {
    const cache = memoryCache();
    const world = catalogWorld({ cache });
    world.replies.push(list('a'), list('b'), new Error('away'));
    await world.ids();
    world.account = 'acct-2';
    await world.ids();
    await written(cache, 2);
    expect(JSON.parse(cache.text ?? '').lists).toHaveLength(2);
    await world.catalog.list({ refresh: true });
    expect(cache.writes).toBe(2);
    const hanging = catalogWorld({ cache: { read: async () => undefined, write: () => new Promise(() => {}) } });
    hanging.replies.push(list('a'));
    expect(await hanging.ids()).toEqual(['a']);
  });

  it('has nothing to do with a login that names no account', async () => {
    const cache = memoryCache();
    const world = catalogWorld({ cache });
    world.account = '';
    world.replies.push(list('a'));
    expect([await world.ids(), await world.ids()]).toEqual([['a'], ['a']]);
    const next = catalogWorld({ cache });
    next.account = '';
    next.replies.push(list('b'));
    expect([await next.ids(), cache.writes, cache.text]).toEqual([['b'], 0, undefined]);
  });

  describe('with a list', () => {
    const DAY = 24 * 60 * MINUTE;
    async function cacheOf(entry: object, etag = 'v1') {
      const cache = memoryCache();
      const world = catalogWorld({ cache });
      world.replies.push({ models: [entry], headers: { etag } });
      await world.ids();
      await written(cache);
      return cache;
    }
    const damaged = (cache: { text: string | undefined }, change: (list: Record<string, unknown>) => void) => {
      const document = JSON.parse(cache.text ?? '');
      change(document.lists[0]);
      return memoryCache(JSON.stringify(document));
    };

    it.each<[string, (list: Record<string, unknown>) => void]>([
      ['a version that is no header value', (kept) => Object.assign(kept, { etag: 'v\n1' })],
      ['an empty version', (kept) => Object.assign(kept, { etag: '' })],
      ['a version of another type', (kept) => Object.assign(kept, { etag: 7 })],
      ['an entry lost', (kept) => Object.assign(kept, { models: [{ slug: 'a' }, { slag: 'b' }] })],
      ['an entry twice', (kept) => Object.assign(kept, { models: [{ slug: 'a' }, { slug: 'a' }] })],
      ['another key, as when other fields were read', (kept) => Object.assign(kept, { key: 'other' })],
    ])('that is damaged asks for all of it: %s', async (_name, change) => {
      const world = catalogWorld({ cache: damaged(await cacheOf({ slug: 'a' }), change) });
      world.replies.push(list('new'));
      expect([await world.ids(), world.asked.map(({ etag }) => etag)]).toEqual([['new'], [undefined]]);
    });

    it('of more than a day ago informs calls, and does not change what they send, until it is confirmed', async () => {
      const facts = { context_window: 7, use_responses_lite: true, supported_reasoning_levels: ['max'] };
      const cache = await cacheOf({ slug: 'gpt-5.5', ...facts, support_verbosity: false });
      const world = catalogWorld({ cache });
      world.now += DAY;
      const find = () => world.catalog.find('gpt-5.5', 'acct-1');
      const live = { contextWindow: 7, usesResponsesLite: true, supportsVerbosity: false };
      expect(await find()).toMatchObject(live);
      world.now += 1;
      expect(await find()).toMatchObject({
        contextWindow: 7,
        reasoningEfforts: ['none', 'low', 'medium', 'high', 'xhigh'],
        supportsVerbosity: true,
      });
      expect(await find()).not.toHaveProperty('usesResponsesLite');
      world.catalog.noteEtag('acct-1', 'v1');
      expect(await find()).toMatchObject(live);
      expect((await find()).reasoningEfforts).toContain('max');
      const told = 'The list of models is more than a day old: calls are not sent by what it says.';
      expect(world.records.filter((record) => record === told)).toHaveLength(1);
    });

    it('of more than a day ago is asked for anew by a call, behind its back, and no sooner than after 5 minutes', async () => {
      const facts = (lite: boolean) => ({ slug: 'a', use_responses_lite: lite });
      const world = catalogWorld({ cache: await cacheOf(facts(true)) });
      const find = async () => {
        const { usesResponsesLite } = await world.catalog.find('a', 'acct-1');
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        return [usesResponsesLite, world.asked.length];
      };
      world.now += 24 * 60 * MINUTE;
      expect(await find()).toEqual([true, 0]);
      world.now += 1;
      world.replies.push(new Error('away'), { models: [facts(false)] });
      expect([await find(), await find()]).toEqual([
        [undefined, 1],
        [undefined, 1],
      ]);
      world.now += 5 * MINUTE;
      expect([await find(), await find()]).toEqual([
        [undefined, 2],
        [false, 2],
      ]);
      expect([world.asked.map(({ etag }) => etag), world.warnings]).toEqual([['v1', 'v1'], []]);
    });

    it('is renewed by a call whose answer names another version', async () => {
      const world = catalogWorld({ cache: await cacheOf({ slug: 'a' }) });
      world.now += 60 * MINUTE;
      await world.catalog.find('a', 'acct-1');
      world.replies.push({ models: [{ slug: 'a', context_window: 9 }], headers: { etag: 'v2' } });
      world.catalog.noteEtag('acct-1', 'v2');
      while ((await world.catalog.find('a', 'acct-1')).contextWindow !== 9) await new Promise(setImmediate);
      expect(world.asked.map(({ etag }) => etag)).toEqual(['v1']);
    });

    it('is confirmed by answers of calls for the next run, too, but written for that once an hour at most', async () => {
      const cache = await cacheOf({ slug: 'a', use_responses_lite: true });
      const writes = cache.writes;
      const world = catalogWorld({ cache });
      const start = world.now;
      await world.catalog.find('a', 'acct-1');
      for (let minute = 0; minute <= 180; minute++) {
        world.now = start + minute * MINUTE;
        world.catalog.noteEtag('acct-1', 'v1');
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      }
      await written(cache, writes + 3);
      expect(cache.writes).toBe(writes + 3);
      const { lists } = JSON.parse(cache.text ?? '');
      expect(lists).toMatchObject([{ fetchedAt: world.now, etag: 'v1', models: [{ slug: 'a' }] }]);
      const next = catalogWorld({ cache });
      next.now = world.now + 24 * 60 * MINUTE;
      expect((await next.catalog.find('a', 'acct-1')).usesResponsesLite).toBe(true);
      expect([world.asked, next.asked]).toEqual([[], []]);
    });
  });
});

describe('fileModelCache', () => {
  async function folder() {
    const path = await mkdtemp(join(tmpdir(), 'models-'));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  it('makes folder and file for their owner alone, and replaces the file as a whole', async () => {
    const home = join(await folder(), 'new');
    const cache = fileModelCache({ path: join(home, 'models.json') });
    expect(await cache.read()).toBeUndefined();
    await cache.write('one');
    await cache.write('two');
    expect(await cache.read()).toBe('two');
    expect(await readdir(home)).toEqual(['models.json']);
    if (process.platform === 'win32') return;
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, 'models.json'))).mode & 0o777).toBe(0o600);
  });

  it('leaves no half of a file behind when it cannot write', async () => {
    const home = await folder();
    await mkdir(join(home, 'taken'));
    await writeFile(join(home, 'file'), 'a file');
    for (const path of [join(home, 'taken'), join(home, 'file', 'models.json')]) {
      await expect(fileModelCache({ path }).write('text')).rejects.toThrow();
      await expect(fileModelCache({ path }).read()).rejects.toThrow();
    }
    expect((await readdir(home)).sort()).toEqual(['file', 'taken']);
    expect(await readFile(join(home, 'file'), 'utf8')).toBe('a file');
  });

  it('is models.json beside our file of logins, looked up at every use', async () => {
    const cache = fileModelCache();
    const home = await folder();
    vi.stubEnv('AI_SDK_CODEX_HOME', home);
    onTestFinished(() => void vi.unstubAllEnvs());
    await cache.write('text');
    expect(await readdir(home)).toEqual(['models.json']);
  });
});
