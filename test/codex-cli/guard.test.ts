import { readlink } from 'node:fs/promises';
import { startCodexEmulator } from 'ai-sdk-codex/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { createCodexHome } from './run-codex';

afterEach(() => vi.unstubAllEnvs());

const linux = process.platform === 'linux';

it.runIf(linux).each([
  ['without the script', async (): Promise<Record<string, string>> => ({})],
  ['in the network of the host', async () => ({ REFEREE_HOST_NETWORK: await readlink('/proc/self/ns/net') })],
])('the real CLI is not started %s', async (_, environment) => {
  vi.stubEnv('REFEREE_CODEX_BIN', '/bin/true');
  for (const [name, value] of Object.entries(await environment())) vi.stubEnv(name, value);
  const emulator = await startCodexEmulator();
  const home = await createCodexHome(emulator, emulator.login());
  try {
    await expect(home.run('hi')).rejects.toThrow('in a network of its own');
  } finally {
    await home.remove();
    await emulator.close();
  }
});
