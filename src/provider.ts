import { defaultAuthStore } from '#default-store';
import type { SessionOptions } from './auth/session';
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
import { type Logger, safeLogger, silentLogger } from './shared/logger';
import type { RequestAuthorizer } from './shared/request-authorizer';
import { createRuntime, type FetchFunction } from './shared/runtime';
import { isSecureUrl, withoutSlash } from './shared/secure-url';
import type { AuthStore } from './stores/auth-store';
import { createHttpTransport } from './transport/http-transport';
import { resolveTimeouts } from './transport/transport';

/** Everything has a default; most apps need none of it. */
export interface CodexProviderSettings {
  /** Where the backend is. Default `https://chatgpt.com/backend-api/codex`; the token is sent there and nowhere else. */
  baseURL?: string | undefined;
  /**
   * Where the login is kept. Default in Node, whichever holds one first: the environment variable `CODEX_ACCESS_TOKEN`,
   * the file that `fileAuthStore()` uses, the Codex CLI's file (read-only). Elsewhere one must be given.
   */
  authStore?: AuthStore | undefined;
  /**
   * Whether the login of the Codex CLI is used when there is no other: its access token while it lasts, never its refresh
   * token. Default: true, and false where `NODE_ENV` is `production`. Of no effect beside `authStore`.
   */
  codexCliLogin?: boolean | undefined;
  /** Which login of the store. Default `default`. */
  profile?: string | undefined;
  /** OAuth issuer. Default `https://auth.openai.com`. */
  issuer?: string | undefined;
  /** OAuth client id. Default: the public one of the Codex CLI. */
  clientId?: string | undefined;
  /** Used for every request, those for tokens too. Default: the global `fetch`. */
  fetch?: FetchFunction | undefined;
  /** Sent with every call; `authorization`, `chatgpt-account-id` and `session-id` cannot be set this way. */
  headers?: Record<string, string | undefined> | undefined;
  /** Who you are, to the backend. Default `ai-sdk-codex`; name your own app rather than another product. */
  originator?: string | undefined;
  /** The Codex CLI version whose protocol is spoken. States compatibility, not identity; newer models need newer ones. */
  clientVersion?: string | undefined;
  /** Used when a prompt has no system message. Default: one neutral sentence. */
  instructions?: string | undefined;
  /** Milliseconds; 0 turns a limit off. Default: 120 s to the first event, 300 s between two pieces of a stream. */
  timeouts?: { firstEventMs?: number | undefined; idleMs?: number | undefined } | undefined;
  /** Take `openai/gpt-5.3-codex` as ours. Default false. */
  acceptOpenAIPrefix?: boolean | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
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
  const { codexCliLogin } = settings;
  const logger = safeLogger(settings.logger ?? silentLogger);
  const authorizer = openedByUse({
    store: settings.authStore ?? defaultAuthStore({ codexCliLogin, issuer, runtime, logger }),
    profile: settings.profile ?? DEFAULT_PROFILE,
    issuer,
    clientId: settings.clientId ?? DEFAULT_CLIENT_ID,
    runtime,
    logger,
  });
  return createProvider(
    {
      baseURL,
      transport: createHttpTransport(runtime, resolveTimeouts(settings.timeouts)),
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

/** A session whose code is loaded by the first call: an app that only imports us does not wait for it. */
function openedByUse(options: SessionOptions): RequestAuthorizer {
  let opened: Promise<RequestAuthorizer> | undefined;
  const open = () =>
    (opened ??= import('./auth/session').then(
      ({ createSession }) => createSession(options),
      (error: unknown) => {
        opened = undefined;
        throw error;
      },
    ));
  return {
    headers: async () => (await open()).headers(),
    onUnauthorized: async (...refused) => (await open()).onUnauthorized(...refused),
  };
}

function secureURL(value: string, setting: string): string {
  if (!isSecureUrl(value))
    throw new TypeError(`${setting} must be an https URL without a password in it (http only on this machine).`);
  return withoutSlash(value);
}
