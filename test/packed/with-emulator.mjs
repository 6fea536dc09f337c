/** Runs `use` beside an emulator of the installed package. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

export async function withEmulator(folder, use) {
  const { startCodexEmulator } = createRequire(join(folder, 'package.json'))('ai-sdk-codex/testing');
  const emulator = await startCodexEmulator();
  try {
    await use(emulator);
  } finally {
    await emulator.close();
  }
}
