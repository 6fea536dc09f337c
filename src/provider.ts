import { defaultAuthStore } from '#default-store';
import { createSession } from './auth/session';
import { TurnStates } from './language-model/turn-state';
import { type CodexProvider, createProvider } from './language-model/v2/create-provider';
import {
  CODEX_CLIENT_VERSION,
  DEFAULT_BASE_URL,
  DEFAULT_CLIENT_ID,
  DEFAULT_INSTRUCTIONS,
  DEFAULT_ISSUER,
  DEFAULT_PROFILE,
  ORIGINATOR,
} from './shared/constants';
import { type Logger, silentLogger } from './shared/logger';
import { createRuntime, type FetchFunction } from './shared/runtime';
import type { AuthStore } from './stores/auth-store';
import { createHttpTransport } from './transport/http-transport';
import { DEFAULT_TIMEOUTS, type Timeouts } from './transport/transport';

/** Everything has a default; most apps need none of it. */
export interface CodexProviderSettings {
  /** Where the backend is. Default `https://chatgpt.com/backend-api/codex`; the token is sent there and nowhere else. */
  baseURL?: string;
  /** Where the login is kept. Default in Node: the file that `fileAuthStore()` uses. Elsewhere one must be given. */
  authStore?: AuthStore;
  /** Which login of the store. Default `default`. */
  profile?: string;
  /** OAuth issuer. Default `https://auth.openai.com`. */
  issuer?: string;
  /** OAuth client id. Default: the public one of the Codex CLI. */
  clientId?: string;
  /** Used for every request, those for tokens too. Default: the global `fetch`. */
  fetch?: FetchFunction;
  /** Sent with every call; `authorization`, `chatgpt-account-id` and `session-id` cannot be set this way. */
  headers?: Record<string, string | undefined>;
  /** Who you are, to the backend. Default `ai-sdk-codex`; name your own app rather than another product. */
  originator?: string;
  /** The Codex CLI version whose protocol is spoken. States compatibility, not identity; newer models need newer ones. */
  clientVersion?: string;
  /** Used when a prompt has no system message. Default: one neutral sentence. */
  instructions?: string;
  /** Milliseconds; 0 turns a limit off. Default: 120 s to the first event, 300 s between two pieces of a stream. */
  timeouts?: Partial<Timeouts>;
  /** Take `openai/gpt-5.3-codex` as ours. Default false. */
  acceptOpenAIPrefix?: boolean;
  /** Default: silent. */
  logger?: Logger;
}

/**
 * Creates a provider. No I/O happens until the first call, so a missing login shows there, as a `CodexAuthError`.
 *
 * @throws TypeError for a `baseURL` or `issuer` that is neither https nor loopback: a token would travel in the clear.
 */
export function createCodex(settings: CodexProviderSettings = {}): CodexProvider {
  const runtime = createRuntime(settings.fetch && { fetch: settings.fetch });
  const baseURL = secureURL(settings.baseURL ?? DEFAULT_BASE_URL, 'baseURL');
  const issuer = secureURL(settings.issuer ?? DEFAULT_ISSUER, 'issuer');
  const authorizer = createSession({
    store: settings.authStore ?? defaultAuthStore(),
    profile: settings.profile ?? DEFAULT_PROFILE,
    issuer,
    clientId: settings.clientId ?? DEFAULT_CLIENT_ID,
    runtime,
    logger: settings.logger ?? silentLogger,
  });
  return createProvider(
    {
      baseURL,
      transport: createHttpTransport(runtime, { ...DEFAULT_TIMEOUTS, ...settings.timeouts }),
      authorizer,
      runtime,
      turnStates: new TurnStates(runtime),
      originator: settings.originator ?? ORIGINATOR,
      clientVersion: settings.clientVersion ?? CODEX_CLIENT_VERSION,
      defaultInstructions: settings.instructions ?? DEFAULT_INSTRUCTIONS,
      headers: settings.headers,
    },
    { acceptOpenAIPrefix: settings.acceptOpenAIPrefix ?? false },
  );
}

/** The provider with every default. */
export const codex: CodexProvider = /* @__PURE__ */ createCodex();

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function secureURL(value: string, setting: string): string {
  const url = new URL(value);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    throw new TypeError(`${setting} must be an https URL (http only on loopback): ${url.protocol}//${url.host}`);
  }
  return value.replace(/\/+$/, '');
}
