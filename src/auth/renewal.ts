import { CodexAuthError, type CodexAuthErrorReason } from './errors';
import { exchange, isUsable, type Memory, type RenewalContext, unsavedAfter } from './exchange';
import { isAlive, isDue, isJustRefreshed, type Login, toLogin } from './login';
import { notRenewable, storeFailure } from './refresh-failure';

/** A login to use, and for how many milliseconds without another look into the store. */
export interface Renewed {
  login: Login;
  goodForMs: number;
}

/** Gives the login to use now, from the store or from the issuer. `refused` is an access token that the backend rejected. */
export type Renewal = (refused?: string) => Promise<Renewed>;

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

/** Whether a failure says nothing about the access token, which is used as long as it lasts then. */
export function isPassing(failure: unknown): failure is CodexAuthError {
  return CodexAuthError.isInstance(failure) && PASSING.includes(failure.code);
}

export function createRenewal(context: RenewalContext): Renewal {
  const memory: Memory = { retryAt: 0 };

  return async (refused) => {
    const stored = await load(context);
    const isSpent = (await unsavedAfter(stored, context, memory)) !== undefined;
    if (!isSpent && isEnough(stored, refused, context, memory)) return { login: stored, goodForMs: LOOK_AGAIN_MS };
    try {
      return { login: await refreshOnce(context, memory, refused), goodForMs: LOOK_AGAIN_MS };
    } catch (error) {
      return makeDo(context, memory, storeFailure(error, 'update'), refused);
    }
  };
}

async function load({ store, profile, issuer }: RenewalContext): Promise<Login> {
  const stored = await store.read(profile).catch((error: unknown) => {
    throw storeFailure(error, 'read');
  });
  return toLogin(stored, { profile, issuer });
}

/** @throws {@link CodexAuthError} `relogin_required` for what has expired and cannot be renewed. */
function isEnough(
  stored: Login,
  refused: string | undefined,
  { store, profile, runtime }: RenewalContext,
  { retryAt }: Memory,
): boolean {
  const now = runtime.now();
  const { credentials } = stored;
  if (isUsable(stored, refused, now)) return true;
  const isRefused = credentials.accessToken === refused;
  // Refused straight after its refresh: the next token would fare no better.
  if (isRefused && isJustRefreshed(credentials, now)) return true;
  if (store.readonly || !credentials.refreshToken) {
    if (isRefused || isAlive(stored, now)) return true;
    throw notRenewable(profile, store.readonly === true);
  }
  return !isRefused && isAlive(stored, now) && now < retryAt;
}

/** The critical section: nobody who shares the store is in it at the same time. */
async function refreshOnce(context: RenewalContext, memory: Memory, refused: string | undefined): Promise<Login> {
  const { store, profile, runtime } = context;
  let failure: CodexAuthError | undefined;
  const saved = await store.update(profile, async (current) => {
    const latest = await toLogin(current, context);
    const isSpent = (await unsavedAfter(latest, context, memory)) !== undefined;
    if (!isSpent && isUsable(latest, refused, runtime.now())) return current; // another process was faster
    const exchanged = await exchange(latest, refused, context, memory);
    failure = exchanged.failure;
    return exchanged.credentials;
  });
  delete memory.unsaved;
  if (failure !== undefined) throw failure;
  return toLogin(saved, context);
}

/** After a failure: what another process may have stored meanwhile, else a token that still works, else the failure. */
async function makeDo(
  context: RenewalContext,
  memory: Memory,
  failure: CodexAuthError,
  refused: string | undefined,
): Promise<Renewed> {
  const { runtime, logger, profile } = context;
  const stored = await load(context).catch(() => undefined);
  if (stored === undefined) throw failure;
  const unsaved = await unsavedAfter(stored, context, memory);
  const login = unsaved ?? stored;
  if (login.credentials.accessToken === refused) throw failure;
  const now = runtime.now();
  if (unsaved === undefined && !isDue(login, now)) return { login, goodForMs: LOOK_AGAIN_MS };
  if (!isPassing(failure) || !isAlive(login, now)) throw failure;
  const message = unsaved
    ? 'The renewed login could not be saved and is lost when this process ends; its access token is used.'
    : 'The login could not be renewed; its access token is used while it lasts.';
  const expiresInMs = login.expiresAt === undefined ? undefined : login.expiresAt - now;
  logger.warn(message, { profile, code: failure.code, reason: failure.message, expiresInMs });
  return { login, goodForMs: unsaved ? SAVE_AGAIN_MS : LOOK_AGAIN_MS };
}
