import { defaultAuthStore, defaultLogger, defaultModelCache } from '#default-store';
import { loginHint } from './auth/login-hint';
import type { EnvironmentOptions } from './call-environment';
import type { ModelCache } from './catalog/model-cache';
import type { CallEnvironment } from './language-model/run-call';
import type { OpenEnvironment } from './language-model/v2/codex-language-model';
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
import { inLayer, type Logger, safeLogger } from './shared/logger';
import type { RateLimits } from './shared/rate-limits';
import { createRuntime, type FetchFunction, type Runtime } from './shared/runtime';
import { isSecureUrl, SECURE_URL, withoutSlash } from './shared/secure-url';
import type { AuthStore } from './stores/auth-store';

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
  /**
   * Milliseconds; 0 turns a limit off. From sending a call to the headers of its answer (default 60 s), to its first event
   * (120 s), and between two pieces of a stream (300 s).
   */
  timeouts?:
    | { connectMs?: number | undefined; firstEventMs?: number | undefined; idleMs?: number | undefined }
    | undefined;
  /**
   * Called with the state of the plan's limits whenever an answer tells it. What it throws goes to the logger and no
   * further.
   */
  onRateLimits?: ((snapshot: RateLimits) => void) | undefined;
  /**
   * Where the list of models is kept between two runs. Default: `models.json` beside our file of logins when no `authStore`
   * is given, else nowhere. `false` keeps none.
   */
  modelCache?: ModelCache | false | undefined;
  /**
   * Whether calls take the lite form of the protocol. Default: where the live list of models says so, which is known once
   * `models()` was called. `true` and `false` force either.
   */
  responsesLite?: boolean | undefined;
  /** Change an effort that the model is known not to take to the nearest that it takes, with a warning. Default true. */
  clampReasoningEffort?: boolean | undefined;
  /** Take `openai/gpt-5.3-codex` as ours. Default false. */
  acceptOpenAIPrefix?: boolean | undefined;
  /** Default: silent, and in Node lines on stderr where `CODEX_DEBUG` is set. Nothing that it is given holds a secret. */
  logger?: Logger | undefined;
}

/**
 * Creates a provider. No I/O happens until the first call, so a missing login shows there, as a `CodexAuthError`.
 *
 * @throws TypeError for a `baseURL` or `issuer` that is neither https nor loopback, as a token would travel in the clear, or
 * has a password, a query or a fragment.
 */
export function createCodex(settings: CodexProviderSettings = {}): CodexProvider {
  return createCodexOver(createRuntime(settings.fetch && { fetch: settings.fetch }), settings);
}

/** The provider with every default. */
export const codex: CodexProvider = /* @__PURE__ */ createCodex();

/** The same over a world that is given; `settings.fetch` does not count. */
export function createCodexOver(runtime: Runtime, settings: CodexProviderSettings): CodexProvider {
  const baseURL = secureURL(settings.baseURL ?? DEFAULT_BASE_URL, 'baseURL');
  const issuer = secureURL(settings.issuer ?? DEFAULT_ISSUER, 'issuer');
  const { codexCliLogin, profile = DEFAULT_PROFILE, authStore } = settings;
  const logger = safeLogger(settings.logger ?? defaultLogger());
  const tokenLogger = inLayer('TOKEN', logger);
  const modelCache = settings.modelCache ?? (authStore ? false : defaultModelCache());
  const open = openedByUse({
    baseURL,
    runtime,
    logger,
    originator: settings.originator ?? ORIGINATOR,
    clientVersion: settings.clientVersion ?? CODEX_CLIENT_VERSION,
    headers: settings.headers,
    loginHint: loginHint(profile),
    defaultInstructions: settings.instructions ?? DEFAULT_INSTRUCTIONS,
    onRateLimits: settings.onRateLimits,
    responsesLite: settings.responsesLite,
    clampReasoningEffort: settings.clampReasoningEffort ?? true,
    timeouts: checkedTimeouts(settings.timeouts),
    modelCache: modelCache || undefined,
    session: {
      store: authStore ?? defaultAuthStore({ codexCliLogin, issuer, runtime, logger: tokenLogger }),
      profile,
      issuer,
      clientId: settings.clientId ?? DEFAULT_CLIENT_ID,
      runtime,
      logger: tokenLogger,
    },
  });
  return createProvider(open, { acceptOpenAIPrefix: settings.acceptOpenAIPrefix ?? false });
}

/** An environment whose code is loaded by the first call: an app that only imports us does not wait for it. */
function openedByUse(options: EnvironmentOptions): OpenEnvironment {
  let opened: Promise<CallEnvironment> | undefined;
  return () =>
    (opened ??= import('./call-environment').then(
      ({ openEnvironment }) => openEnvironment(options),
      (error: unknown) => {
        opened = undefined;
        throw error;
      },
    ));
}

/** A limit that came out of a failed conversion would be no limit, and nobody would know. */
function checkedTimeouts(timeouts: CodexProviderSettings['timeouts']): CodexProviderSettings['timeouts'] {
  for (const [name, limit] of Object.entries(timeouts ?? {})) {
    if (limit === undefined || (typeof limit === 'number' && limit >= 0)) continue;
    throw new TypeError(`timeouts.${name} must be a number of milliseconds, or 0 for no limit.`);
  }
  return timeouts;
}

function secureURL(value: string, setting: string): string {
  if (!isSecureUrl(value)) throw new TypeError(`${setting} must be ${SECURE_URL}.`);
  return withoutSlash(value);
}
