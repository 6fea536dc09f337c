import { onAbort, orAbort } from '../../shared/abort';
import type { OAuthCredentials } from '../../shared/credentials';
import { buildAuthorizationUrl } from '../authorization-request';
import { CodexAuthError } from '../errors';
import { issuerUrl } from '../issuer-request';
import { redeemCode } from '../new-login';
import { createPkce, randomToken } from '../pkce';
import { revokeLogin } from '../revocation';
import {
  assertSavable,
  type LoginInternals,
  type LoginTarget,
  type SaveContext,
  saveLogin,
  toSaveContext,
} from '../save-login';
import { awaitAnswer } from './await-answer';
import { assertBrowserSettings } from './browser-settings';
import { CALLBACK_PATH } from './callback-request';
import { openCallbackServer } from './callback-server';
import type { LoginPage } from './login-pages';
import type { Paste } from './read-paste';

export interface BrowserLoginOptions extends LoginTarget {
  /** The name of your app, shown to the issuer. Default `ai-sdk-codex`. */
  originator?: string;
  /** Opens the address. That it fails is logged, and the login goes on. Default: the browser of the system. */
  openBrowser?: (url: string) => void | Promise<void>;
  /** Called with the address, before a browser is opened, for people who open it themselves. When it throws, the login ends. */
  onUrl?: (url: string) => void;
  /**
   * Asks for the address at which the browser ended, on whatever machine; raced against the callback. `query`, the code
   * itself or `code#state` will do. Called again, five times at most, after something else was pasted. The signal aborts when
   * the answer is no longer wanted.
   */
  paste?: Paste;
  /** The host of the redirect URI. Default `localhost`. */
  redirectHost?: 'localhost' | '127.0.0.1';
  /** Where to wait for the browser, in this order. Default 1455 and 1457: the issuer knows no other. */
  ports?: number[];
  /** Milliseconds to wait for the person, 25 days at most. Default 5 minutes. */
  timeoutMs?: number;
  /** Ends the login. Comes too late once the tokens have arrived. */
  signal?: AbortSignal;
  /** Separated by spaces. Default: what the official client asks for. */
  scope?: string;
  /** `login` asks for a password although the browser has a session: the way to a second account. */
  prompt?: 'login';
  /** The only ChatGPT workspace that the login may be for; several are joined by commas. Default, and when empty: any. */
  allowedWorkspaceId?: string;
}

const PORTS = [1455, 1457];

/**
 * Logs in with the browser of this machine. Waits on 127.0.0.1 and ::1 until the browser comes back from the issuer, or
 * until `paste` brings where it ended. Stores the new login, then revokes the one that it replaces, best effort; a login
 * that fails leaves the old one as it was. The browser is told only after that how it went.
 *
 * @throws {@link CodexAuthError} `access_denied`, `login_timeout`, `login_cancelled`, `login_failed`, `port_unavailable`,
 * `account_mismatch`, `region_blocked`, `store_unwritable`, `store_unreadable`, `invalid_setting`; or the reason of `signal`,
 * what `onUrl` threw, or what `paste` threw when there was no port to wait at.
 * @see [RFC 8252](https://www.rfc-editor.org/rfc/rfc8252.html) and [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636.html)
 */
export async function loginWithBrowser(
  options: BrowserLoginOptions,
  internals: LoginInternals = {},
): Promise<OAuthCredentials> {
  const context = toSaveContext(options, internals);
  issuerUrl(context.issuer, '/');
  assertBrowserSettings(options);
  options.signal?.throwIfAborted();

  const over = new AbortController();
  const stop = onAbort(options.signal, () => over.abort(options.signal?.reason));
  try {
    await orAbort(assertSavable(context), over.signal);
    return await logIn(options, context, over);
  } finally {
    stop();
  }
}

async function logIn(options: BrowserLoginOptions, context: SaveContext, over: AbortController) {
  const { runtime, logger, issuer, clientId } = context;
  const { ports = PORTS, redirectHost = 'localhost', paste } = options;
  const { signal } = over;
  const state = randomToken(runtime, 32);
  const { codeVerifier, codeChallenge } = await createPkce(runtime);
  const server = await openCallbackServer({ ports, state, runtime, logger, signal });
  let page: LoginPage = 'failed';
  try {
    if (!server && !paste) throw noPort(ports);
    const redirectUri = `http://${redirectHost}:${server?.port ?? ports[0]}${CALLBACK_PATH}`;
    const { scope, originator, prompt } = options;
    const allowedIds = workspaceIds(options);
    const wishes = { scope, originator, prompt, allowedWorkspaceId: allowedIds.join(',') || undefined };
    const url = buildAuthorizationUrl({ issuer, clientId, redirectUri, codeChallenge, state, ...wishes });
    const { timeoutMs, onUrl, openBrowser } = options;
    const waiting = { server, paste, state, url, timeoutMs, onUrl, openBrowser };
    const answer = await awaitAnswer({ ...waiting, over, runtime, logger });
    if (answer.kind === 'cancelled') throw cancelled();
    if (answer.kind === 'refused') {
      page = answer.why;
      throw answer.error;
    }
    const { code } = answer;
    const credentials = await redeemCode({ issuer, clientId, code, redirectUri, codeVerifier, signal }, runtime);
    await assertAllowed(credentials, allowedIds, context);
    const saved = await saveLogin(credentials, context);
    page = 'success';
    return saved;
  } catch (error) {
    if (page === 'failed') page = pageFor(error);
    throw error;
  } finally {
    await server?.finish(page);
  }
}

/** Those that are allowed; none where any is. */
function workspaceIds({ allowedWorkspaceId = '' }: BrowserLoginOptions): string[] {
  return allowedWorkspaceId.split(',').flatMap((id) => id.trim() || []);
}

/** The issuer only asks for the workspace; that the tokens are of this one is for us to see. */
async function assertAllowed(credentials: OAuthCredentials, allowedIds: string[], context: SaveContext) {
  if (allowedIds.length === 0 || allowedIds.includes(credentials.accountId ?? '')) return;
  await revokeLogin(credentials, context);
  const message =
    'The login was made in another workspace than the one that is allowed, so it was not stored. Start it again and choose the right one; an earlier login is kept.';
  throw new CodexAuthError({ code: 'account_mismatch', message });
}

function pageFor(error: unknown): LoginPage {
  switch (CodexAuthError.isInstance(error) && error.code) {
    case 'region_blocked':
      return 'region';
    case 'store_unwritable':
    case 'store_unreadable':
      return 'not_saved';
    case 'login_cancelled':
      return 'cancelled';
    default:
      return 'failed';
  }
}

function noPort(ports: readonly number[]): CodexAuthError {
  const which = ports.length === 1 ? `port ${ports[0]}` : `any of the ports ${ports.join(', ')}`;
  const message = `The login could not wait for the browser at ${which} of this machine. End the program that uses it, perhaps another login, or log in without a port: with a device code, or by pasting the address at which the browser ends (loginWithDeviceCode() or the setting \`paste\`; --device or --paste on the command line).`;
  return new CodexAuthError({ code: 'port_unavailable', message });
}

function cancelled(): CodexAuthError {
  const message =
    'Another login on this machine asked for the port, so this one has ended. Finish the other one, or start this one again; an earlier login is kept.';
  return new CodexAuthError({ code: 'login_cancelled', message });
}
