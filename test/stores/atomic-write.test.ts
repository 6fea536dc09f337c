import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { prepareReplacement, removeUnfinishedWrites } from '../../src/stores/node/atomic-write';
import { SYSTEM } from '../../src/stores/node/system';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
  path = join(folder, 'file');
  await writeFile(path, 'old');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

async function replaceFile(path: string, text: string, mayReplace?: () => Promise<void>): Promise<void> {
  const replacement = await prepareReplacement(path);
  await replacement.commit(text, mayReplace).finally(replacement.discard);
}

test('a reader sees the old text or the new one', async () => {
  const texts = ['a'.repeat(100_000), 'b'.repeat(100_000)];
  const seen = new Set<string>();
  const writing = (async () => {
    for (let round = 0; round < 40; round++) await replaceFile(path, texts[round % 2] ?? '');
    return true;
  })();
  let done = false;
  writing.finally(() => {
    done = true;
  });
  while (!done) seen.add(await readFile(path, 'utf8'));
  await writing;
  for (const text of seen) expect(['old', ...texts].includes(text)).toBe(true);
});

test('the old text stays, and nothing else, when the replacement is refused', async () => {
  const refusal = new Error('not yours');
  await expect(replaceFile(path, 'new', () => Promise.reject(refusal))).rejects.toBe(refusal);
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

test('a writer that was paused after it asked is fenced off by the next one', async () => {
  const paused = replaceFile(path, 'late', () => removeUnfinishedWrites(path));
  await expect(paused).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readFile(path, 'utf8')).toBe('old');
});

test('the room for the next text is taken before there is one, and given back', async () => {
  await writeFile(path, 'o'.repeat(50_000));
  const replacement = await prepareReplacement(path);
  const [temporary = ''] = (await readdir(folder)).filter((name) => name !== 'file');
  const { size, blocks, mode } = await stat(join(folder, temporary));
  expect(size).toBe(50_000 + 16 * 1024);
  expect(blocks * 512).toBeGreaterThanOrEqual(size);
  expect(mode & 0o777).toBe(0o600);
  await replacement.commit('n'.repeat(60_000));
  await replacement.discard();
  expect(await readFile(path, 'utf8')).toBe('n'.repeat(60_000));
  expect(await readdir(folder)).toEqual(['file']);
});

test('nothing is left of a replacement that was not needed', async () => {
  await (await prepareReplacement(path)).discard();
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

const refusingLinks = (code: string) => async () => {
  throw Object.assign(new Error(`${code}: no links here`), { code });
};

describe.each([
  ['with hard links', SYSTEM],
  ['without hard links', { ...SYSTEM, link: refusingLinks('EPERM') }],
])('a text that is set aside, on a disk %s', (_name, system) => {
  test('is kept for its owner alone, and an empty one takes its place', async () => {
    const replacement = await prepareReplacement(path, system);
    const aside = await replacement.setAside('empty');
    await replacement.discard();
    expect(await readFile(aside, 'utf8')).toBe('old');
    expect((await stat(aside)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('empty');
    expect((await readdir(folder)).sort()).toEqual(['file', basename(aside)]);
  });

  test('stays where it is when that is refused, and nothing lies beside it', async () => {
    const refusal = new Error('not yours');
    const mayReplace = vi.fn(() => Promise.reject(refusal));
    for (const asked of [1, 2]) {
      if (asked === 2) mayReplace.mockResolvedValueOnce(undefined as never);
      const replacement = await prepareReplacement(path, system);
      await expect(replacement.setAside('empty', mayReplace)).rejects.toBe(refusal);
      await replacement.discard();
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(folder)).toEqual(['file']);
    }
    expect(mayReplace).toHaveBeenCalledTimes(3);
  });

  test('by who was paused after it asked is what a successor stored: that stays', async () => {
    const late = await prepareReplacement(path, system);
    let asked = 0;
    const paused = late.setAside('empty', async () => {
      if (++asked !== 1) return;
      await removeUnfinishedWrites(path);
      await replaceFile(path, 'of the successor');
    });
    await expect(paused).rejects.toMatchObject({ code: 'ENOENT' });
    await late.discard();
    expect(await readFile(path, 'utf8')).toBe('of the successor');
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('never takes the name of an older one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const asides = new Set<string>();
    for (const text of ['one', 'two']) {
      await writeFile(path, text);
      const replacement = await prepareReplacement(path, system);
      asides.add(await replacement.setAside('empty'));
      await replacement.discard();
    }
    expect(asides.size).toBe(2);
    const kept = await Promise.all([...asides].map((aside) => readFile(aside, 'utf8')));
    expect(kept).toEqual(['one', 'two']);
  });
});
