import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Logger } from '../../../src/shared/logger';
import { type CodexEmulator, type CodexEmulatorOptions, startCodexEmulator } from '../../../src/testing';

/** Every variable that says where a login is. */
const VARIABLES = [
  'AI_SDK_CODEX_HOME',
  'CODEX_ACCESS_TOKEN',
  'CODEX_AUTHAPI_BASE_URL',
  'CODEX_HOME',
  'NODE_ENV',
  'OPENCLAW_STATE_DIR',
  'PI_CODING_AGENT_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
];

/** A folder of the test's own, and no variable that leads elsewhere; HOME is that folder, too. */
export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sources-'));
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  return folder;
}

/** The home that the system's list of users has for this one; undefined for a user whom it does not know. */
export function stubHome(listed: string | undefined): void {
  const unknown = () => {
    throw new Error('ENOENT: no such user');
  };
  const { homedir, userInfo } = os;
  const user = userInfo();
  vi.stubEnv('HOME', undefined);
  const ofList = vi
    .spyOn(os, 'userInfo')
    .mockImplementation((() => (listed === undefined ? unknown() : { ...user, homedir: listed })) as typeof userInfo);
  const ofEnvironment = vi
    .spyOn(os, 'homedir')
    .mockImplementation(() => (process.env.HOME === undefined ? (listed ?? unknown()) : homedir()));
  onTestFinished(() => {
    ofList.mockRestore();
    ofEnvironment.mockRestore();
  });
}

export async function emulated(options?: CodexEmulatorOptions): Promise<CodexEmulator> {
  const emulator = await startCodexEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Writes text as it is, everything else as JSON. */
export const write = (path: string, content: unknown) =>
  writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));

/** What changes when anybody writes to a file, even the same bytes. */
export async function traceOf(path: string) {
  const { mtimeMs, ctimeMs, ino, mode } = await stat(path);
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { mtimeMs, ctimeMs, ino, mode, hash };
}

export function recordingLogger() {
  const logged: { level: string; message: string; details: Record<string, unknown> | undefined }[] = [];
  const log = (level: string) => (message: string, details?: Record<string, unknown>) =>
    void logged.push({ level, message, details });
  return { logged, logger: { debug: log('debug'), warn: log('warn') } satisfies Logger };
}
