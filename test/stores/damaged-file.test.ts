import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileAuthStore } from '../../src/stores/node/file-store';

const LOGIN = { accessToken: 'canary-access', refreshToken: 'canary-refresh' };
const ASIDE = /^auth\.json\.corrupt-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z(-\d+)?$/;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  path = join(folder, 'ours', 'auth.json');
  await mkdir(dirname(path));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const given = (text: string, file = path) => writeFile(file, text, { mode: 0o644 });
const asides = async (of = dirname(path)) => (await readdir(of)).filter((name) => ASIDE.test(name)).sort();
const json = async () => JSON.parse(await readFile(path, 'utf8'));

/** An update that must be refused without having run its change. */
async function refused(profile = 'default'): Promise<Error> {
  const change = vi.fn(async () => LOGIN);
  const error = await fileAuthStore({ path })
    .update(profile, change)
    .then(
      () => new Error('it was not refused'),
      (reason: Error) => reason,
    );
  expect(error).toMatchObject({ name: 'AuthStoreError', code: 'corrupt' });
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
  expect(change).not.toHaveBeenCalled();
  return error;
}

describe.each([
  ['no JSON', '{"profiles": {"default": {"accessToken": "canary'],
  ['empty', ''],
  ['a list', '[]'],
  ['without profiles', '{"version":1}'],
  ['with profiles that are none', '{"version":1,"profiles":["canary"]}'],
  ['without a version', '{"profiles":{}}'],
  ['of a version that is none', '{"version":"2","profiles":{}}'],
])('a file that is damaged: %s', (_name, text) => {
  test('is left alone by who reads', async () => {
    await given(text);
    const store = fileAuthStore({ path });
    for (const work of [() => store.read('default'), store.profiles]) {
      await expect(work()).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(path) });
    }
    expect(await readdir(dirname(path))).toEqual(['auth.json']);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('is set aside by who writes, who is told both names; the file then holds no profile', async () => {
    await given(text);
    const error = await refused();
    const [name = ''] = await asides();
    const aside = join(dirname(path), name);
    expect(error.message).toContain(`${path} `);
    expect(error.message).toContain(aside);
    expect(await readFile(aside, 'utf8')).toBe(text);
    expect((await stat(aside)).mode & 0o777).toBe(0o600);
    expect((await readdir(dirname(path))).sort()).toEqual(['auth.json', name, 'auth.json.lock']);
    expect(await fileAuthStore({ path }).profiles()).toEqual([]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    await fileAuthStore({ path }).update('default', async (current) => {
      expect(current).toBeUndefined();
      return LOGIN;
    });
    expect(await json()).toEqual({ version: 1, profiles: { default: LOGIN } });
    expect(await asides()).toEqual([name]);
  });
});

test('damaged files of the same moment are all kept', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const text of ['one', 'two', 'three']) {
    await given(text);
    await refused();
  }
  const kept = await Promise.all((await asides()).map((name) => readFile(join(dirname(path), name), 'utf8')));
  expect(kept.sort()).toEqual(['one', 'three', 'two']);
});

test('a damaged file behind a link is set aside where it is, and the link stays', async () => {
  const target = join(folder, 'auth.json');
  await given('{', target);
  await symlink(target, path);
  const error = await refused();
  const [name = ''] = await asides(folder);
  expect(error.message).toContain(join(folder, name));
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
  await fileAuthStore({ path }).update('default', async () => LOGIN);
  expect(JSON.parse(await readFile(target, 'utf8'))).toMatchObject({ profiles: { default: LOGIN } });
});

test('a file of a later format is never moved, and its version is told', async () => {
  const text = '{"version":2,"profiles":{}}';
  await given(text);
  await expect(fileAuthStore({ path }).read('default')).rejects.toThrow(/format 2.*Update ai-sdk-codex/);
  expect((await refused()).message).toMatch(/format 2.*Update ai-sdk-codex/);
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await asides()).toEqual([]);
});

test('a byte order mark is no damage', async () => {
  await given(`\uFEFF${JSON.stringify({ version: 1, profiles: { default: LOGIN } })}`);
  expect(await fileAuthStore({ path }).read('default')).toEqual(LOGIN);
});

describe('a damaged record among good ones', () => {
  const DAMAGED = { refreshToken: 'canary-lost' };

  test('is kept when another profile changes', async () => {
    await given(JSON.stringify({ version: 1, profiles: { bad: DAMAGED, good: LOGIN } }));
    await fileAuthStore({ path }).update('good', async (current) => current && { ...current, planType: 'pro' });
    expect(await json()).toEqual({ version: 1, profiles: { bad: DAMAGED, good: { ...LOGIN, planType: 'pro' } } });
    await expect(fileAuthStore({ path }).read('bad')).rejects.toThrow(/profile "bad".*Log in again/);
  });

  test.each([
    ['an object', DAMAGED],
    ['a number', 7],
    ['null', null],
  ])('is set aside in the file when it would change itself, and nothing is lost: %s', async (_name, record) => {
    const earlier = { profile: 'bad', record: 'earlier' };
    await given(JSON.stringify({ version: 1, x: 1, aside: [earlier], profiles: { bad: record, good: LOGIN } }));
    const error = await refused('bad');
    expect(error.message).toMatch(/profile "bad" of .*auth\.json.*"aside"/);
    const aside = [earlier, { profile: 'bad', record }];
    expect(await json()).toEqual({ version: 1, x: 1, aside, profiles: { good: LOGIN } });

    await fileAuthStore({ path }).update('bad', async () => LOGIN);
    expect(await json()).toEqual({ version: 1, x: 1, aside, profiles: { good: LOGIN, bad: LOGIN } });
    expect((await readdir(dirname(path))).sort()).toEqual([basename(path), `${basename(path)}.lock`]);
  });
});
