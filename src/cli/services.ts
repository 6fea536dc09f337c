import { defaultAuthStore, defaultModelCache } from '#default-store';
import type { AuthStatus } from '../auth/auth-status';
import type { DeviceCode } from '../auth/device-login';
import type { Paste } from '../auth/node/read-paste';
import type { ForeignTool } from '../auth/node/sources/foreign-login';
import type { CodexUsage } from '../catalog/fetch-usage';
import type { CodexModel } from '../catalog/model-info';
import type { CodexProvider } from '../language-model/v2/create-provider';
import type { CodexProviderSettings } from '../provider';
import { DEFAULT_PROFILE } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import { inLayer } from '../shared/logger';
import type { AuthStore } from '../stores/auth-store';
import type { Context } from './context';

export type { AuthStatus, AuthStore, CodexModel, DeviceCode, ForeignTool, OAuthCredentials, Paste };

// The one place that knows what does the work. Each part is loaded when its command runs, so that the others start fast.

/** Where logins come from and go to: the same chain that `createCodex()` uses. */
export function openStore({ issuer, terminal, logger, critical }: Context): AuthStore {
  return critical.watch(defaultAuthStore({ issuer, runtime: terminal.runtime, logger: inLayer('TOKEN', logger) }));
}

/** The provider of an app on this machine, for one login. */
export async function openProvider(
  context: Context,
  profile: string,
  settings: CodexProviderSettings = {},
): Promise<CodexProvider> {
  const { createCodexOver } = await import('../provider');
  const { issuer, baseURL, terminal, logger } = context;
  const ours = {
    authStore: openStore(context),
    modelCache: settings.authStore ? (false as const) : defaultModelCache(),
  };
  return createCodexOver(terminal.runtime, { baseURL, issuer, profile, logger, ...ours, ...settings });
}

/** As the record of it has it. */
export interface ListFailure {
  code?: unknown;
  status?: unknown;
  requestId?: unknown;
}

/** What the account of a login says of itself, for a report. */
export interface AccountProvider {
  /** Asked of the backend now; the models of the bundle when it does not answer. */
  models(signal: AbortSignal): Promise<CodexModel[]>;
  usage(signal: AbortSignal): Promise<CodexUsage>;
  /** What went to the logger for people; it belongs into the report, not beside it. */
  warnings: readonly string[];
  /** Why the backend's list of models is not the one that `models` gave. */
  listFailure(): ListFailure | undefined;
  /** Whether a failure says nothing of login and account: a limit, an overload, an outage. */
  isPassing(error: unknown): boolean;
  /** By what names a failed call can be found: status, request id, cf-ray. */
  tracesOf(error: unknown): string[];
}

/** Nothing of it is written down: a report is about how things are now. */
export async function openAccount(context: Context, profile: string): Promise<AccountProvider> {
  const warnings: string[] = [];
  let listFailure: ListFailure | undefined;
  const { debug } = context.logger;
  const warn: typeof debug = (message, details) => {
    debug(message, details);
    if (message.includes('The list of models could not be fetched')) {
      listFailure = details ?? {};
      return;
    }
    const reason = typeof details?.reason === 'string' ? ` ${details.reason}` : '';
    warnings.push(`${message.replace(/^\[[A-Z]+\] /, '')}${reason}`);
  };
  const [provider, { CodexCallError, CodexUsageLimitError }] = await Promise.all([
    openProvider(context, profile, { modelCache: false, logger: { debug, warn } }),
    import('../language-model/errors'),
  ]);
  return {
    models: (signal) => provider.models({ refresh: true, signal }),
    usage: (signal) => provider.usage({ signal }),
    warnings,
    listFailure: () => listFailure,
    isPassing: (error) =>
      CodexCallError.isInstance(error) && (error.isRetryable || CodexUsageLimitError.isInstance(error)),
    tracesOf(error) {
      if (!CodexCallError.isInstance(error)) return [];
      const { code, statusCode, requestId, cfRay } = error;
      return [
        code,
        statusCode && `status ${statusCode}`,
        requestId && `request ${requestId}`,
        cfRay && `cf-ray ${cfRay}`,
      ].filter((trace) => typeof trace === 'string' && !error.message.includes(trace)) as string[];
    },
  };
}

export interface BrowserLogin {
  profile: string;
  openBrowser?: ((url: string) => void | Promise<void>) | undefined;
  onUrl(url: string): void;
  paste?: Paste | undefined;
  /** Ends the login, beside Ctrl-C. */
  signal: AbortSignal;
}

export async function loginInBrowser(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  { profile, openBrowser, onUrl, paste, signal: ended }: BrowserLogin,
): Promise<OAuthCredentials> {
  const { loginWithBrowser } = await import('../auth/node/login-with-browser');
  const { runtime, interrupted, callbackPorts: ports } = terminal;
  const signal = AbortSignal.any([interrupted, ended]);
  const options = { ...(openBrowser && { openBrowser }), ...(paste && { paste }), ...(ports && { ports }) };
  return loginWithBrowser(
    { authStore, profile, issuer, logger: inLayer('TOKEN', logger), signal, onUrl, ...options },
    { runtime },
  );
}

export async function loginByDevice(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  { profile, onCode }: { profile: string; onCode(code: DeviceCode): void },
): Promise<OAuthCredentials> {
  const { loginWithDeviceCode } = await import('../auth/device-login');
  const { runtime, interrupted: signal } = terminal;
  return loginWithDeviceCode(
    { authStore, profile, issuer, logger: inLayer('TOKEN', logger), signal, onCode },
    { runtime },
  );
}

/** Copies the login of another program; the logger gets the warning that belongs to it. */
export async function copyLogin(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  { profile, from, path, replace }: { profile: string; from: ForeignTool; path: string | undefined; replace: boolean },
): Promise<OAuthCredentials> {
  const { importLogin } = await import('../auth/node/sources/importers');
  const options = { from, replace, ...(path !== undefined && { path }) };
  return importLogin(
    { ...options, authStore, profile, issuer, logger: inLayer('TOKEN', logger) },
    { runtime: terminal.runtime },
  );
}

/** Resolves to whether the issuer revoked what was deleted. */
export async function logOut(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  profile: string,
): Promise<boolean> {
  const { logout } = await import('../auth/logout');
  const { runtime } = terminal;
  let isRevoked = false;
  const fetch: typeof runtime.fetch = async (input, init) => {
    const response = await runtime.fetch(input, init);
    if (String(input).endsWith('/oauth/revoke')) isRevoked = response.ok;
    return response;
  };
  await logout({ authStore, profile, issuer, logger: inLayer('TOKEN', logger) }, { runtime: { ...runtime, fetch } });
  return isRevoked;
}

export async function statusOf(
  { issuer, terminal }: Context,
  authStore: AuthStore,
  profile: string,
): Promise<AuthStatus> {
  const { authStatus } = await import('../auth/auth-status');
  return authStatus({ authStore, profile, issuer }, { runtime: terminal.runtime });
}

/** Who else's login `profile` is, when it is not one that we keep. */
export async function foreignSource(
  { terminal }: Context,
  authStore: AuthStore,
  profile: string,
): Promise<'environment' | 'codex-cli' | undefined> {
  if (profile !== DEFAULT_PROFILE) return undefined;
  if (terminal.env.CODEX_ACCESS_TOKEN?.trim()) return 'environment';
  const { fileAuthStore } = await import('../stores/node/file-store');
  const isOurs = (await fileAuthStore().read(profile)) !== undefined;
  return !isOurs && (await authStore.read(profile)) !== undefined ? 'codex-cli' : undefined;
}

/**
 * The models of a login that was just made, asked of the backend, whichever login the default store prefers. It is not
 * renewed for that: the new refresh token would be lost with the copy that this is asked with.
 *
 * @throws what `codex.models()` throws.
 */
export async function modelsOf(context: Context, login: OAuthCredentials, profile: string): Promise<CodexModel[]> {
  const { memoryAuthStore } = await import('../stores/memory-store');
  const { refreshToken: _, ...copy } = login;
  const codex = await openProvider(context, profile, { authStore: memoryAuthStore({ [profile]: copy }) });
  return codex.models({ refresh: true, signal: context.terminal.interrupted });
}
