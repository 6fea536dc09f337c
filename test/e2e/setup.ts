import { onTestFinished } from 'vitest';
import { type CodexProvider, type CodexProviderSettings, createCodex } from '../../src/index';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexEmulator, type CodexEmulatorOptions, startCodexEmulator } from '../../src/testing';

export interface Stage {
  emulator: CodexEmulator;
  codex: CodexProvider;
}

/** An emulator with somebody logged in, and a provider for it; closed when the test is over. */
export async function setUp(
  settings: Partial<CodexProviderSettings> = {},
  options: CodexEmulatorOptions = {},
): Promise<Stage> {
  const emulator = await startCodexEmulator(options);
  onTestFinished(() => emulator.close());
  const codex = createCodex({
    baseURL: emulator.baseURL,
    issuer: emulator.issuer,
    authStore: memoryAuthStore(emulator.login({ accountId: 'acct-1' })),
    ...settings,
  });
  return { emulator, codex };
}

/** The calls that reached the backend's `responses`, in order. */
export function calls(emulator: CodexEmulator) {
  return emulator.requests
    .filter((request) => request.path.endsWith('/responses'))
    .map(({ headers, body, status }) => ({ headers, status, body: body as Body }));
}

interface Body {
  model: string;
  instructions: string;
  input: {
    type: string;
    role?: string;
    call_id?: string;
    output?: unknown;
    encrypted_content?: string;
    summary?: unknown[];
  }[];
  reasoning?: object;
  text?: { format?: Record<string, unknown> };
  prompt_cache_key?: string;
  [key: string]: unknown;
}
