import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeUnfinishedWrites, replaceFile } from '../../src/stores/node/atomic-write';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
  path = join(folder, 'file');
  await writeFile(path, 'old');
});
afterEach(() => rm(folder, { recursive: true }));

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
