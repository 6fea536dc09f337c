import { defaultAuthStore } from '#default-store';
import type { AuthStatus } from '../auth/auth-status';
import type { DeviceCode } from '../auth/device-login';
import type { Paste } from '../auth/node/read-paste';
import type { ForeignTool } from '../auth/node/sources/foreign-login';
import type { ServedModel } from '../catalog/fetch-model-ids';
import { CODEX_CLIENT_VERSION, DEFAULT_PROFILE, ORIGINATOR } from '../shared/constants';
import type { OAuthCredentials } from '../shared/credentials';
import type { AuthStore } from '../stores/auth-store';
import type { Context } from './context';

export type { AuthStatus, AuthStore, DeviceCode, ForeignTool, OAuthCredentials, Paste, ServedModel };

// The one place that knows what does the work. Each part is loaded when its command runs, so that the others start fast.

/** Where logins come from and go to: the same chain that `createCodex()` uses. */
export function openStore({ issuer, terminal, logger }: Context): AuthStore {
  return defaultAuthStore({ issuer, runtime: terminal.runtime, logger });
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
  return loginWithBrowser({ authStore, profile, issuer, logger, signal, onUrl, ...options }, { runtime });
}

export async function loginByDevice(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  { profile, onCode }: { profile: string; onCode(code: DeviceCode): void },
): Promise<OAuthCredentials> {
  const { loginWithDeviceCode } = await import('../auth/device-login');
  const { runtime, interrupted: signal } = terminal;
  return loginWithDeviceCode({ authStore, profile, issuer, logger, signal, onCode }, { runtime });
}

/** Copies the login of another program; the logger gets the warning that belongs to it. */
export async function copyLogin(
  { issuer, terminal, logger }: Context,
  authStore: AuthStore,
  { profile, from, path, replace }: { profile: string; from: ForeignTool; path: string | undefined; replace: boolean },
): Promise<OAuthCredentials> {
  const { importLogin } = await import('../auth/node/sources/importers');
  const options = { from, replace, ...(path !== undefined && { path }) };
  return importLogin({ ...options, authStore, profile, issuer, logger }, { runtime: terminal.runtime });
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
  await logout({ authStore, profile, issuer, logger }, { runtime: { ...runtime, fetch } });
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

/** @throws Error whose message is a clause without secrets. */
export async function servedModels(
  { issuer, baseURL, terminal }: Context,
  login: OAuthCredentials,
  profile: string,
): Promise<ServedModel[]> {
  const [{ toHeaders, toLogin }, { fetchModelIds }] = await Promise.all([
    import('../auth/login'),
    import('../catalog/fetch-model-ids'),
  ]);
  const authorization = toHeaders(await toLogin(login, { profile, issuer }));
  const identity = { originator: ORIGINATOR, clientVersion: CODEX_CLIENT_VERSION };
  const { runtime, interrupted: signal } = terminal;
  return fetchModelIds({ baseURL, authorization, ...identity, signal }, runtime);
}
