import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFileStore } from '../../src/stores/node/file-store';
import { startCodexEmulator } from '../../src/testing';
import { bundleChild } from '../support/bundle-child';

/** An answer without an end. */
async function* endless() {
  yield { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.5' } };
  const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [] };
  yield { type: 'response.output_item.added', output_index: 0, item };
  for (;;) {
    yield { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'more\n' };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('ends, and ends the request, when its reader leaves early', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cli-ask-'));
  const emulator = await startCodexEmulator({ models: ['gpt-5.5'] });
  onTestFinished(async () => {
    await emulator.close();
    await rm(home, { recursive: true, force: true });
  });
  emulator.reply({ events: endless() });
  await openFileStore(join(home, 'auth.json')).update('default', async () => emulator.login());
  const program = await bundleChild(new URL('../../src/cli/main.ts', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    AI_SDK_CODEX_HOME: home,
    CODEX_BASE_URL: emulator.baseURL,
    CODEX_ISSUER: emulator.issuer,
  };
  const child = spawn(process.execPath, [program, 'ask', '--model', 'gpt-5.5', 'Go on.'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  const ended = new Promise((resolve) => child.once('close', resolve));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await ended).toBe(0);
  expect(stderr).toBe('Asking gpt-5.5 ...\n');
});
