import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultAuthStore } from '../../src/default-store.node';
import { AuthStoreError } from '../../src/shared/auth-store-error';
import { acquireFileLock, FILE_LOCK_TIMES } from '../../src/stores/node/file-lock';
import { fileAuthStore, openFileStore } from '../../src/stores/node/file-store';
import { resolveFile } from '../../src/stores/node/resolve-file';

const LOGIN = { accessToken: 'canary-access', refreshToken: 'canary-refresh' };

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  path = join(folder, 'ours', 'auth.json');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
const json = async (file = path) => JSON.parse(await readFile(file, 'utf8'));
const save = (store = fileAuthStore({ path })) => store.update('default', async () => LOGIN);

async function given(text: string) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600 });
}

async function failure(work: Promise<unknown>): Promise<AuthStoreError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!AuthStoreError.isInstance(error)) throw new Error(`not an AuthStoreError: ${inspect(error)}`);
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
  return error;
}

describe('the file', () => {
  test('has a version and profiles, and nothing lies beside it but the lock', async () => {
    await save();
    expect(await json()).toEqual({ version: 1, profiles: { default: LOGIN } });
    expect((await readdir(dirname(path))).sort()).toEqual(['auth.json', 'auth.json.lock']);
  });

  test('keeps unknown keys at every level', async () => {
    await given(JSON.stringify({ version: 1, new: [1], profiles: { default: { ...LOGIN, x: { y: 1 } }, other: 7 } }));
    await fileAuthStore({ path }).update('default', async (current) => current && { ...current, planType: 'plus' });
    expect(await json()).toEqual({
      version: 1,
      new: [1],
      profiles: { default: { ...LOGIN, x: { y: 1 }, planType: 'plus' }, other: 7 },
    });
  });

  test('is not written when nothing changes', async () => {
    await save();
    const before = await stat(path);
    await fileAuthStore({ path }).update('default', async (current) => current);
    expect((await stat(path)).ino).toBe(before.ino);
  });

  test('is the one that AI_SDK_CODEX_HOME names, for the default store too', async () => {
    vi.stubEnv('AI_SDK_CODEX_HOME', dirname(path));
    await save(fileAuthStore());
    expect(await json()).toMatchObject({ profiles: { default: LOGIN } });
    const store = defaultAuthStore();
    expect(await store.read('default')).toEqual(LOGIN);
    await store.update('work', async () => LOGIN);
    expect(await store.profiles()).toEqual(['default', 'work']);
  });
});

describe('modes and kinds', () => {
  test('file, folder and lock are born for their owner alone', async () => {
    await save();
    expect(await modeOf(path)).toBe('600');
    expect(await modeOf(dirname(path))).toBe('700');
    expect(await modeOf(`${path}.lock`)).toBe('700');
  });

  test('a wide file is tightened when it is read', async () => {
    await save();
    await chmod(path, 0o644);
    expect(await fileAuthStore({ path }).read('default')).toEqual(LOGIN);
    expect(await modeOf(path)).toBe('600');
  });

  test('a wide folder of ours is tightened, a folder that the user named is not', async () => {
    await mkdir(dirname(path));
    await chmod(dirname(path), 0o755);
    await save();
    expect(await modeOf(dirname(path))).toBe('755');
    vi.stubEnv('AI_SDK_CODEX_HOME', dirname(path));
    await save(fileAuthStore());
    expect(await modeOf(dirname(path))).toBe('700');
  });

  test.each(['an existing file', 'a file that does not exist yet'])(
    'a link to %s stays, and its target is replaced',
    async (kind) => {
      const target = join(folder, 'target.json');
      if (kind === 'an existing file') await writeFile(target, '{"version":1,"profiles":{}}', { mode: 0o644 });
      await mkdir(dirname(path));
      await symlink('../target.json', path);
      await save();
      expect((await lstat(path)).isSymbolicLink()).toBe(true);
      expect(await readlink(path)).toBe('../target.json');
      expect(await json(target)).toMatchObject({ profiles: { default: LOGIN } });
      expect(await modeOf(target)).toBe('600');
    },
  );

  test('what is no regular file is refused without being opened', async () => {
    await mkdir(dirname(path));
    execFileSync('mkfifo', [path]);
    expect((await failure(fileAuthStore({ path }).read('default'))).code).toBe('unsafe_file');
    const change = vi.fn(async () => LOGIN);
    expect((await failure(fileAuthStore({ path }).update('default', change))).code).toBe('unsafe_file');
    expect(change).not.toHaveBeenCalled();
  });

  test('a file of another user is refused', async () => {
    await save();
    const { uid } = await stat(path);
    expect((await failure(resolveFile(path, uid + 1))).code).toBe('unsafe_file');
    expect(await resolveFile(path, uid)).toBe(path);
  });

  test('links in a circle are refused', async () => {
    await mkdir(dirname(path));
    await symlink(path, path);
    expect((await failure(fileAuthStore({ path }).read('default'))).code).toBe('unsafe_file');
  });
});

test('an unreadable file is not taken for an absent one', async () => {
  await writeFile(join(folder, 'ours'), 'a file where the folder should be');
  expect((await failure(fileAuthStore({ path }).read('default'))).code).toBe('unreadable');
  expect((await failure(fileAuthStore({ path }).profiles())).code).toBe('unreadable');
});

test('says where logins are', async () => {
  expect(await fileAuthStore({ path }).describe?.('default')).toEqual({ location: path });
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('a file that is mounted by itself', () => {
  test('is refused before the change, with what to do instead; others beside it are not', async () => {
    await save();
    const mountTable = join(folder, 'mountinfo');
    await writeFile(mountTable, `36 22 8:1 /a ${await realpath(path)} rw - ext4 /dev/sda1 rw\n`);
    const change = vi.fn(async () => LOGIN);
    const error = await failure(openFileStore(path, { mountTable }).update('default', change));
    expect(error).toMatchObject({ code: 'unwritable', message: expect.stringContaining('Mount the folder') });
    expect(change).not.toHaveBeenCalled();
    await openFileStore(join(dirname(path), 'other.json'), { mountTable }).update('default', change);
    expect(change).toHaveBeenCalledOnce();
  });
});

describe('a change that updates the file itself', () => {
  test('is told so, whatever the profile, and the file stays in use', async () => {
    const store = fileAuthStore({ path });
    const nested = store.update('a', async () => {
      await fileAuthStore({ path }).update('b', async () => LOGIN);
      return LOGIN;
    });
    expect(await failure(nested)).toMatchObject({ code: 'lock_timeout', message: expect.stringContaining('itself') });
    expect(await store.profiles()).toEqual([]);
    await save(store);
    expect(await store.profiles()).toEqual(['default']);
  });

  test.each(['its folder', 'the file'])('is told so also where it names it by a link to %s', async (linked) => {
    await save();
    const alias = join(folder, 'alias');
    await symlink(linked === 'the file' ? path : dirname(path), alias);
    const lock = { ...FILE_LOCK_TIMES, waitMs: 3_000 };
    const other = openFileStore(linked === 'the file' ? alias : join(alias, 'auth.json'), { lock });
    const nested = fileAuthStore({ path }).update('a', () => other.update('b', async () => LOGIN));
    expect(await failure(nested)).toMatchObject({ code: 'lock_timeout', message: expect.stringContaining('itself') });
    await other.update('b', async () => LOGIN);
    expect(await fileAuthStore({ path }).profiles()).toEqual(['default', 'b']);
  });

  test('may update another file, and may leave work behind that updates this one later', async () => {
    const store = fileAuthStore({ path });
    const other = fileAuthStore({ path: join(folder, 'other.json') });
    let later = Promise.resolve<unknown>(undefined);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await store.update('default', async () => {
      later = ended.then(() => store.update('later', async () => LOGIN));
      return other.update('default', async () => LOGIN);
    });
    end();
    await later;
    expect(await store.profiles()).toEqual(['default', 'later']);
    expect(await other.profiles()).toEqual(['default']);
  });
});

test('a change that gives no promise is stored all the same, and one that throws at once rejects', async () => {
  const store = fileAuthStore({ path });
  expect(await store.update('default', (() => LOGIN) as never)).toEqual(LOGIN);
  expect(await store.read('default')).toEqual(LOGIN);
  const thrown = new Error('at once');
  const throwing = () => {
    throw thrown;
  };
  await expect(store.update('default', throwing)).rejects.toBe(thrown);
  expect(await store.read('default')).toEqual(LOGIN);
});

describe('under the lock', () => {
  const times = { ...FILE_LOCK_TIMES, waitMs: 60, changeMs: 0 };

  test('what a dead writer left is removed', async () => {
    await save();
    const leftover = join(dirname(path), '.auth.json.tmp-0123456789abcdef');
    await writeFile(leftover, 'canary');
    await save();
    await expect(stat(leftover)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a change does not run while another process holds the lock', async () => {
    const held = await acquireFileLock(`${path}.lock`);
    const change = vi.fn(async () => LOGIN);
    const store = openFileStore(path, { lock: times });
    expect((await failure(store.update('default', change))).code).toBe('lock_timeout');
    expect(change).not.toHaveBeenCalled();
    await held.release();
    await store.update('default', change);
    expect(change).toHaveBeenCalledOnce();
  });

  test('a change does not wait without end for another one of this process', async () => {
    const store = openFileStore(path, { lock: times });
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const hanging = store.update('a', () => ended.then(() => LOGIN));
    const change = vi.fn(async () => LOGIN);
    const error = await failure(store.update('b', change));
    expect(error).toMatchObject({ code: 'lock_timeout', message: expect.stringContaining('in this process') });
    end();
    await hanging;
    await save(store);
    expect(change).not.toHaveBeenCalled();
    expect(await store.profiles()).toEqual(['a', 'default']);
  });

  test('who waits behind a call that waits for a dead holder gets its turn', async () => {
    await mkdir(`${path}.lock`, { recursive: true });
    await writeFile(join(`${path}.lock`, '1'), '1 nobody\n');
    const lock = { leaseMs: 200, heartbeatMs: 50, waitMs: 300, changeMs: 10_000 };
    const store = openFileStore(path, { lock });
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 400)); // longer than waitMs, as a refresh may be
      return LOGIN;
    };
    await Promise.all([store.update('a', slow), store.update('b', async () => LOGIN)]);
    expect(await store.profiles()).toEqual(['a', 'b']);
  });

  test('a holder that was taken over writes nothing', async () => {
    await save();
    const before = await readFile(path, 'utf8');
    const update = fileAuthStore({ path }).update('default', async () => {
      await writeFile(join(`${path}.lock`, '99'), '1 another process\n');
      return { accessToken: 'canary-late' };
    });
    expect((await failure(update)).code).toBe('lock_lost');
    expect(await readFile(path, 'utf8')).toBe(before);
    expect((await readdir(dirname(path))).sort()).toEqual(['auth.json', 'auth.json.lock']);
  });

  test('the calls of one process come one after the other, in order', async () => {
    const order: number[] = [];
    const stores = [fileAuthStore({ path }), fileAuthStore({ path })];
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        stores[index % 2]?.update('default', async (current) => {
          order.push(index);
          return current;
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });
});
