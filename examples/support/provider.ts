import { CodexAuthError, type CodexProvider, createCodex } from 'ai-sdk-codex';
import { memoryAuthStore } from 'ai-sdk-codex/auth';
import { codexCliAuthStore } from 'ai-sdk-codex/node';
import { type CodexReply, startCodexEmulator } from 'ai-sdk-codex/testing';

/** Runs `use` with a provider over the emulator, or, if `live`, over the login of this machine. */
export async function withProvider(
  options: { live: boolean; replies: CodexReply[] },
  use: (codex: CodexProvider) => Promise<unknown>,
): Promise<void> {
  if (options.live) return useLogin(use);
  const emulator = await startCodexEmulator();
  emulator.reply(...options.replies);
  const codex = createCodex({
    baseURL: emulator.baseURL,
    issuer: emulator.issuer,
    authStore: memoryAuthStore(emulator.login()),
  });
  try {
    await use(codex);
  } finally {
    await emulator.close();
  }
}

/** Our own file first, then the Codex CLI's login. */
async function useLogin(use: (codex: CodexProvider) => Promise<unknown>): Promise<void> {
  try {
    await use(createCodex());
  } catch (error) {
    if (!CodexAuthError.isInstance(error) || error.reason !== 'not_logged_in') throw error;
    await use(createCodex({ authStore: codexCliAuthStore() }));
  }
}
