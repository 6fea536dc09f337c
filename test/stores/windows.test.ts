import { mkdtemp, open, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { prepareReplacement, removeUnfinishedWrites } from '../../src/stores/node/atomic-write';
import { acquireFileLock } from '../../src/stores/node/file-lock';
import { openFileStore } from '../../src/stores/node/file-store';
import { SYSTEM, type System } from '../../src/stores/node/system';

// No Windows was used: its refusals are made up here, by functions that refuse before they do what they should.

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windows-'));
  path = join(folder, 'file');
  await writeFile(path, 'old');
});
afterEach(() => rm(folder, { recursive: true }));

/** `work`, refused with `code` the first `times` times. */
function refusing<A extends unknown[], T>(work: (...args: A) => Promise<T>, code: string, times: number) {
  let left = times;
  return vi.fn(async (...args: A) => {
    if (left-- > 0) throw Object.assign(new Error(`${code}: refused`), { code });
    return work(...args);
  });
}

const windows = (parts: Partial<System>): System => ({ ...SYSTEM, platform: 'win32', ...parts });

async function replace(text: string, system: System, mayReplace?: () => Promise<void>) {
  const replacement = await prepareReplacement(path, system);
  await replacement.commit(text, mayReplace).finally(replacement.discard);
}

describe('replacing a file that somebody has open', () => {
  test.each(['EPERM', 'EBUSY', 'EACCES'])('is tried again five times: %s', async (code) => {
    const rename5 = refusing(rename, code, 5);
    const mayReplace = vi.fn(async () => {});
    await replace('new', windows({ rename: rename5 }), mayReplace);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(rename5).toHaveBeenCalledTimes(6);
    expect(mayReplace).toHaveBeenCalledTimes(6);
  });

  test('fails with the refusal when that does not end; the old text stays, and nothing else', async () => {
    const rename6 = refusing(rename, 'EPERM', 6);
    await expect(replace('new', windows({ rename: rename6 }))).rejects.toMatchObject({ code: 'EPERM' });
    expect(rename6).toHaveBeenCalledTimes(6);
    expect(await readdir(folder)).toEqual(['file']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  test.each([
    ['another error', 'ENOSPC', 'win32'],
    ['another system', 'EPERM', 'linux'],
  ] as const)('is not tried again for %s', async (_name, code, platform) => {
    const rename1 = refusing(rename, code, 1);
    await expect(replace('new', windows({ rename: rename1, platform }))).rejects.toMatchObject({ code });
    expect(rename1).toHaveBeenCalledTimes(1);
  });

  test('is not done by who loses the lock while trying', async () => {
    const lost = new Error('lost');
    const mayReplace = vi
      .fn(async () => {})
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(lost);
    await expect(replace('new', windows({ rename: refusing(rename, 'EBUSY', 1) }), mayReplace)).rejects.toBe(lost);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  test('also when a damaged file is set aside', async () => {
    const replacement = await prepareReplacement(path, windows({ rename: refusing(rename, 'EBUSY', 2) }));
    const aside = await replacement.setAside('empty');
    await replacement.discard();
    expect(await readFile(aside, 'utf8')).toBe('old');
    expect(await readFile(path, 'utf8')).toBe('empty');
  });
});

test('what a dead writer left is deleted once a scanner lets go of it', async () => {
  await writeFile(join(folder, '.file.tmp-0123456789abcdef'), 'left');
  await removeUnfinishedWrites(path, windows({ unlink: refusing(unlink, 'EBUSY', 3) }));
  expect(await readdir(folder)).toEqual(['file']);
});

describe('logins that somebody has open', () => {
  const text = '{"version":1,"profiles":{"default":{"accessToken":"a"}}}';

  test('are read once they let go of them', async () => {
    await writeFile(path, text);
    const busy = refusing(readFile as System['readFile'], 'EBUSY', 2);
    expect(await openFileStore(path, { system: windows({ readFile: busy }) }).read('default')).toEqual({
      accessToken: 'a',
    });
    expect(busy).toHaveBeenCalledTimes(3);
  });

  test('are not taken for absent when that does not end', async () => {
    await writeFile(path, text);
    const busy = refusing(readFile as System['readFile'], 'EBUSY', 6);
    const store = openFileStore(path, { system: windows({ readFile: busy }) });
    await expect(store.read('default')).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('a lock', () => {
  const times = { leaseMs: 10_000, heartbeatMs: 1_000, waitMs: 60 };

  test('is taken although files of former holders cannot be deleted', async () => {
    const lock = join(folder, 'lock');
    const system = windows({ unlink: refusing(unlink, 'EPERM', 2) });
    for (let round = 1; round <= 4; round++) {
      const held = await acquireFileLock(lock, times, system);
      await held.assertHeld();
      await held.release();
    }
    expect(await readdir(lock)).toEqual(['4']);
  });

  test.each(['EPERM', 'EBUSY', 'EACCES'])('is waited for while its file is being deleted: %s', async (code) => {
    const lock = join(folder, 'lock');
    await (await acquireFileLock(lock, times)).release();
    const busy = refusing(readFile as System['readFile'], code, 1);
    await (await acquireFileLock(lock, { ...times, waitMs: 5_000 }, windows({ readFile: busy }))).release();
    expect(await readdir(lock)).toEqual(['2']);
  });

  test.each(['EPERM', 'EBUSY'])('is taken although the number was just given up: %s', async (code) => {
    const lock = join(folder, 'lock');
    const busy = refusing(open as System['open'], code, 3);
    const held = await acquireFileLock(lock, times, windows({ open: busy }));
    await held.assertHeld();
    await held.release();
    expect(busy).toHaveBeenCalledTimes(4);
    expect(await readdir(lock)).toEqual(['1']);
  });

  test('in a folder without rights is refused as that, not as held', async () => {
    const busy = refusing(open as System['open'], 'EPERM', 1_000);
    const lock = acquireFileLock(join(folder, 'lock'), times, windows({ open: busy }));
    await expect(lock).rejects.toMatchObject({ code: 'EPERM' });
  });

  test('that cannot be looked at is not taken for free', async () => {
    const lock = join(folder, 'lock');
    await (await acquireFileLock(lock, times)).release();
    const system = windows({ readFile: refusing(readFile as System['readFile'], 'EPERM', 1_000) });
    await expect(acquireFileLock(lock, times, system)).rejects.toMatchObject({ code: 'lock_timeout' });
    expect(await readdir(lock)).toEqual(['1']);
  });
});
