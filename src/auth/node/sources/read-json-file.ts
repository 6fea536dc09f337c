import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AuthStoreError } from '../../../shared/auth-store-error';
import { asRecord, parseJson } from '../../../shared/json';
import type { Runtime } from '../../../shared/runtime';

const SIZE_LIMIT = 1024 * 1024;
/** About 300 ms in all: some programs empty their file before they write it, and a reader may come in between. */
const PAUSES_MS = [20, 40, 80, 160];

/**
 * The object in a JSON file of another program, links followed. The file is opened for reading alone.
 *
 * @param owner For messages: `the Codex CLI`.
 * @returns undefined when there is no file.
 * @throws {@link AuthStoreError} `unreadable`, or `corrupt` for what is no JSON object after some tries.
 */
export async function readJsonFile(
  path: string,
  owner: string,
  { sleep }: Pick<Runtime, 'sleep'>,
): Promise<Record<string, unknown> | undefined> {
  for (let tries = 0; ; tries++) {
    const text = await readSmallFile(path, owner);
    if (text === undefined) return undefined;
    const value = parseJson(text.replace(/^\uFEFF/, '')); // Windows' editors begin with a byte order mark
    const object = asRecord(value);
    if (object) return object;
    if (value !== undefined) throw damaged(path, owner, 'it is JSON, but no object');
    const pause = PAUSES_MS[tries];
    if (pause === undefined) throw damaged(path, owner, text.trim() === '' ? 'it is empty' : 'it is no complete JSON');
    await sleep(pause, undefined, { keepAlive: true });
  }
}

/** @throws {@link AuthStoreError} `unreadable` */
async function readSmallFile(path: string, owner: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, to open a pipe is to wait for somebody who writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error('it is not a regular file');
      if (stats.size > SIZE_LIMIT) throw new Error('it is larger than 1 MiB');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AuthStoreError({
      code: 'unreadable',
      message: `The file of ${owner} cannot be read: ${path}: ${detail}.`,
      cause,
    });
  }
}

function damaged(path: string, owner: string, what: string): AuthStoreError {
  return new AuthStoreError({
    code: 'corrupt',
    message: `The file of ${owner} is damaged: ${path}: ${what}. Log in there again; it is left as it is here.`,
  });
}
