import { type CodexEmulator, startCodexEmulator } from 'ai-sdk-codex/testing';
import type { OAuthCredentials } from '../../src/shared/credentials';

export type Body = Record<string, unknown>;

/** A body that the backend takes. Tests break one thing of it each. */
export function validBody(more: Body = {}): Body {
  return {
    model: 'gpt-5.3-codex',
    instructions: 'Be brief.',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    tools: [{ type: 'function', name: 'weather', strict: false, parameters: { type: 'object', properties: {} } }],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'key',
    text: { verbosity: 'low' },
    ...more,
  };
}

export function userMessage(text = 'hi'): Body {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

export function call(callId: string, more: Body = {}): Body {
  return { type: 'function_call', call_id: callId, name: 'weather', arguments: '{}', ...more };
}

export function output(callId: string, more: Body = {}): Body {
  return { type: 'function_call_output', call_id: callId, output: 'ok', ...more };
}

/** Headers of a client that is not of the Codex family. */
export function validHeaders(login: OAuthCredentials): Record<string, string> {
  return {
    authorization: `Bearer ${login.accessToken}`,
    'chatgpt-account-id': login.accountId ?? '',
    originator: 'test-client',
    'user-agent': 'test-client/1.0.0',
    version: '0.155.0',
    'content-type': 'application/json',
    accept: 'text/event-stream',
  };
}

/** Posts JSON, or bytes as they are, to the Responses endpoint. */
export function post(
  emulator: CodexEmulator,
  headers: Record<string, string>,
  body: unknown = validBody(),
  signal?: AbortSignal,
): Promise<Response> {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  return fetch(`${emulator.baseURL}/responses`, {
    method: 'POST',
    headers,
    body: raw ? (body as BodyInit) : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

/** The data of every frame of a stream, parsed. */
export function parseFrames(text: string): Body[] {
  return text
    .split(/\r?\n\r?\n/)
    .flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])
    .map((data) => JSON.parse(data) as Body);
}

/** Runs `use` with an emulator and a login, and closes it whatever happens. */
export async function withEmulator(
  use: (emulator: CodexEmulator, login: OAuthCredentials) => Promise<void>,
  options: Parameters<typeof startCodexEmulator>[0] = {},
): Promise<void> {
  const emulator = await startCodexEmulator(options);
  try {
    await use(emulator, emulator.login());
  } finally {
    await emulator.close();
  }
}
