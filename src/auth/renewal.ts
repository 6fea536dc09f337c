import { CodexAuthError, type CodexAuthErrorReason } from './errors';
import { fingerprintOf } from './fingerprint';
import { knownFailure } from './known-failure';
import { isAlive, isDue, isJustRefreshed, type Login } from './login';
import { notLoggedIn, notRenewable, revokedLogin } from './login-failure';
import { type Memory, openLogin, unsavedAfter } from './memory';
import { refreshError, storeFailure } from './refresh-failure';
import { refreshOnce } from './refresh-once';
import { isUsable, type RenewalContext } from './renewal-context';

/** A login to use, and for how many milliseconds without another look into the store. */
export interface Renewed {
  login: Login;
  goodForMs: number;
  /** Why it could not be stored. It is lost when this renewal is not asked again. */
  unsaved?: CodexAuthError;
}

/** An access token that the backend rejected, and its word for it (`token_revoked`). */
export interface Refusal {
  accessToken: string | undefined;
  code?: string | undefined;
}

/** Gives the login to use now, from the store or from the issuer. */
export type Renewal = (refusal?: Refusal) => Promise<Renewed>;

/** So soon a logout, or another login, is noticed. */
const LOOK_AGAIN_MS = 30_000;
/** So soon saving is tried again: until it succeeds, the end of this process costs the login. */
const SAVE_AGAIN_MS = 5_000;
const PASSING: readonly CodexAuthErrorReason[] = [
  'refresh_failed',
  'region_blocked',
  'store_unreadable',
  'store_unwritable',
];
/** Said of a login that is over as a whole: its refresh token would bring nothing, or one more that is refused. */
const REVOKED = ['token_revoked', 'token_invalidated'];

/** Whether a failure says nothing about the login, which may work again. */
export function isPassing(failure: unknown): boolean {
  return CodexAuthError.isInstance(failure) && PASSING.includes(failure.code);
}

export function createRenewal(context: RenewalContext): Renewal {
  const memory: Memory = { save: () => refreshOnce(context, memory, undefined) };

  return async ({ accessToken: refused, code = '' } = { accessToken: undefined }) => {
    const stored = await load(context, memory);
    const unsaved = await unsavedAfter(stored, context, memory);
    const isRefused = (unsaved ?? stored).credentials.accessToken === refused;
    if (isRefused && REVOKED.includes(code)) throw revokedLogin(context.profile, code);
    if (!unsaved && (await isEnough(stored, refused, context, memory))) {
      return { login: stored, goodForMs: LOOK_AGAIN_MS };
    }
    try {
      return { login: await refreshOnce(context, memory, refused), goodForMs: LOOK_AGAIN_MS };
    } catch (error) {
      return makeDo(context, memory, storeFailure(error, 'update'), refused);
    }
  };
}

async function load(context: RenewalContext, memory: Memory): Promise<Login> {
  const { store, profile } = context;
  const stored = await store.read(profile).catch((error: unknown) => {
    throw storeFailure(error, 'read');
  });
  if (stored !== undefined) return openLogin(stored, context, memory);
  const description = await store.describe?.(profile).catch(() => undefined);
  throw notLoggedIn(profile, description?.renewal);
}

/**
 * Whether to use what is stored as it is.
 *
 * @throws {@link CodexAuthError} for what has expired, or was refused, and cannot be renewed now.
 */
async function isEnough(
  stored: Login,
  refused: string | undefined,
  context: RenewalContext,
  memory: Memory,
): Promise<boolean> {
  if (isUsable(stored, refused, context)) return true;
  const { store, profile, runtime } = context;
  const now = runtime.now();
  const { credentials } = stored;
  const isRefused = credentials.accessToken === refused;
  // Refused straight after its refresh: the next token would fare no better.
  if (isRefused && isJustRefreshed(stored, now)) return true;
  if (store.readonly || !credentials.refreshToken) {
    if (isRefused) return true;
    const hasExpired = !isAlive(stored, now);
    const failure = await notRenewable(context, hasExpired ? 'has expired' : 'is about to expire');
    if (hasExpired) throw failure;
    await warnOnce(failure, stored, context, memory);
    return true;
  }
  const known = await knownFailure(stored, refused, context, memory);
  if (known === undefined) return false;
  const failure = refreshError(known, profile, now);
  if (isRefused || !isAlive(stored, now)) throw failure;
  if (known.failure.permanent) await warnOnce(failure, stored, context, memory);
  return true;
}

/** After a failure: what another process may have stored meanwhile, else a token that still works, else the failure. */
async function makeDo(
  context: RenewalContext,
  memory: Memory,
  failure: CodexAuthError,
  refused: string | undefined,
): Promise<Renewed> {
  const stored = await load(context, memory).catch(() => undefined);
  if (stored === undefined) throw failure;
  const unsaved = await unsavedAfter(stored, context, memory);
  const login = unsaved ?? stored;
  if (login.credentials.accessToken === refused) throw failure;
  const now = context.runtime.now();
  if (unsaved === undefined && !isDue(login, now, context.skewMs())) return { login, goodForMs: LOOK_AGAIN_MS };
  if (!isOfRenewing(failure) || !isAlive(login, now)) throw failure;
  if (isPassing(failure)) warn(failure, login, context, unsaved !== undefined);
  else await warnOnce(failure, login, context, memory);
  return unsaved ? { login, goodForMs: SAVE_AGAIN_MS, unsaved: failure } : { login, goodForMs: LOOK_AGAIN_MS };
}

/** Whether it is the renewing that failed: an access token that still works is used then. */
function isOfRenewing(failure: CodexAuthError): boolean {
  return isPassing(failure) || failure.code === 'relogin_required' || failure.code === 'account_mismatch';
}

/** For what does not change until somebody logs in, and is met at every call. */
async function warnOnce(failure: CodexAuthError, login: Login, context: RenewalContext, memory: Memory): Promise<void> {
  const about = `${failure.code} ${await fingerprintOf(login.credentials.accessToken, context.runtime)}`;
  if (memory.warned === about) return;
  memory.warned = about;
  warn(failure, login, context, false);
}

function warn(
  failure: CodexAuthError,
  { expiresAt }: Login,
  { logger, profile, runtime }: RenewalContext,
  isUnsaved: boolean,
): void {
  const message = isUnsaved
    ? 'The renewed login could not be saved and is lost when this process ends; its access token is used.'
    : 'The login could not be renewed; its access token is used while it lasts.';
  const expiresInMs = expiresAt === undefined ? undefined : expiresAt - runtime.now();
  logger.warn(message, { profile, code: failure.code, reason: failure.message, expiresInMs });
}
