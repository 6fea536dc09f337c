import { type CodexProvider, createCodex } from 'ai-sdk-codex';
import { memoryAuthStore } from 'ai-sdk-codex/auth';
import { type CodexReply, startCodexEmulator } from 'ai-sdk-codex/testing';

/** Where the backend and the issuer are; nothing of it means the real ones. */
export interface Surroundings {
  baseURL?: string;
  issuer?: string;
}

type Use = (codex: CodexProvider, surroundings: Surroundings) => Promise<unknown>;

/** Runs `use` with a provider over the emulator, or, if `live`, over the login of this machine. */
export async function withProvider(options: { live: boolean; replies: CodexReply[] }, use: Use): Promise<void> {
  if (options.live) {
    await use(createCodex(), {});
    return;
  }
  const emulator = await startCodexEmulator({ oauth: { deviceIntervalSeconds: 1 } });
  emulator.reply(...options.replies);
  const { baseURL, issuer } = emulator;
  const codex = createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login()) });
  try {
    await use(codex, { baseURL, issuer });
  } finally {
    await emulator.close();
  }
}
