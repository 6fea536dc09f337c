import { onAbort, orAbort } from '../shared/abort';
import type { OAuthCredentials } from '../shared/credentials';
import {
  type AskAgain,
  type DeviceAuthorization,
  type DeviceGrant,
  type DeviceRequest,
  deviceLoginTimedOut,
  pollDevice,
  requestDeviceCode,
} from './device-authorization';
import { issuerUrl } from './issuer-request';
import { failedLogin, redeemCode } from './new-login';
import {
  assertSavable,
  type LoginInternals,
  type LoginTarget,
  type SaveContext,
  saveLogin,
  toSaveContext,
} from './save-login';
import { startTimer, type Timer } from './timer';

/** What to show to the person who logs in. */
export interface DeviceCode {
  /** To be typed in there. Whoever has it can finish the login, so it belongs into no log. */
  userCode: string;
  /** The page to open, on any device. */
  verificationUri: string;
  /** Epoch milliseconds at which the login ends if nobody has confirmed it. */
  expiresAt: number;
  /** Words against phishing, to be shown with the code. */
  warning: string;
}

export interface DeviceLoginOptions extends LoginTarget {
  /** Shows the code. Polling goes on while it runs; when it throws or rejects, the login ends with that error. */
  onCode: (code: DeviceCode) => void | Promise<void>;
  /** Milliseconds for the whole login. Default, and for one code at most, 15 minutes. */
  timeoutMs?: number;
  /** Ends the login. Comes too late once the tokens have arrived. */
  signal?: AbortSignal;
}

const CODE_LIFETIME_MS = 15 * 60_000;
/** RFC 8628, section 3.5. */
const SLOW_DOWN_MS = 5_000;
const LONGEST_BACK_OFF_MS = 60_000;
/** Before the code is there nobody knows what the wait is for, so it is short. */
const CODE_PAUSES_MS = [1_000, 2_000, 4_000];
const LONGEST_CODE_PAUSE_MS = 60_000;

const WARNING =
  'Enter this code only if you started this login yourself, in this app or on this device: a code that somebody sent you would let them into your account. Never share the code.';

/**
 * Logs in with a code that the person types in on any device: for servers, containers and terminals without a browser.
 * Runs wherever there is `fetch`. Stores the new login, then revokes the one that it replaces, best effort; a login that
 * fails leaves the old one as it was. The account has to allow device authorization.
 *
 * @throws {@link CodexAuthError} `device_login_disabled`, `access_denied`, `login_timeout`, `login_failed`,
 * `region_blocked`, `store_unwritable`, `store_unreadable`, `invalid_setting`; or the reason of `signal`, or what `onCode` threw.
 * @see [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html), which this flow resembles.
 */
export async function loginWithDeviceCode(
  options: DeviceLoginOptions,
  internals: LoginInternals = {},
): Promise<OAuthCredentials> {
  const { onCode, signal, timeoutMs = CODE_LIFETIME_MS } = options;
  const context = toSaveContext(options, internals);
  const { issuer, clientId, runtime } = context;
  const verificationUri = issuerUrl(issuer, '/codex/device');
  signal?.throwIfAborted();

  const over = new AbortController();
  const stop = onAbort(signal, () => over.abort(signal?.reason));
  try {
    await orAbort(assertSavable(context), over.signal);
    const whole = startTimer(timeoutMs, runtime, over.signal);
    const authorization = await obtainCode(whole, context, over.signal);
    const time = startTimer(Math.min(CODE_LIFETIME_MS, whole.leftMs()), runtime, over.signal);
    const expiresAt = runtime.now() + time.leftMs();
    const code = { userCode: readable(authorization.userCode), verificationUri, expiresAt, warning: WARNING };
    const show = async () => onCode(code);
    show().catch((error: unknown) => over.abort(error));
    const grant = await awaitDecision(authorization, time, context, over.signal);
    const redirectUri = issuerUrl(issuer, '/deviceauth/callback');
    const { code: authorizationCode, codeVerifier } = grant;
    const redemption = { issuer, clientId, code: authorizationCode, codeVerifier, redirectUri, signal: over.signal };
    return await saveLogin(await redeemCode(redemption, runtime), context);
  } finally {
    stop();
  }
}

/** @throws {@link CodexAuthError} `login_failed` when the issuer has none to give after some tries. */
async function obtainCode(time: Timer, context: SaveContext, signal: AbortSignal): Promise<DeviceAuthorization> {
  for (let attempt = 0; ; attempt++) {
    if (time.isOver()) throw deviceLoginTimedOut();
    const started = await requestDeviceCode(toRequest(time, context, signal));
    if (!('kind' in started)) return started;
    const pauseMs = Math.max(CODE_PAUSES_MS[attempt] ?? Number.POSITIVE_INFINITY, started.retryAfterMs ?? 0);
    if (pauseMs > Math.min(LONGEST_CODE_PAUSE_MS, time.leftMs())) throw noCode(started);
    context.logger.debug('The issuer gave no device code; it is asked again.', { reason: started.detail, pauseMs });
    await time.pause(pauseMs);
  }
}

function noCode({ detail, retryAfterMs }: AskAgain): Error {
  return failedLogin(detail, retryAfterMs ? `It asks to wait for ${Math.ceil(retryAfterMs / 1000)} s.` : '');
}

async function awaitDecision(
  authorization: DeviceAuthorization,
  time: Timer,
  context: SaveContext,
  signal: AbortSignal,
): Promise<DeviceGrant> {
  let { intervalMs } = authorization;
  let pauseMs = intervalMs;
  let failures = 0;
  for (;;) {
    await time.pause(pauseMs);
    if (time.isOver()) throw deviceLoginTimedOut();
    const polled = await pollDevice(authorization, toRequest(time, context, signal));
    if (polled.kind === 'granted') return polled;
    if (polled.kind === 'slow_down') intervalMs += SLOW_DOWN_MS;
    failures = polled.kind === 'unanswered' ? failures + 1 : 0;
    if (failures > 0) context.logger.debug('A poll of the device login failed.', { reason: polled.detail });
    const backOffMs = Math.min(intervalMs * 2 ** failures, LONGEST_BACK_OFF_MS);
    pauseMs = Math.max(intervalMs, backOffMs, polled.retryAfterMs ?? 0);
  }
}

function toRequest(time: Timer, { issuer, clientId, runtime }: SaveContext, signal: AbortSignal): DeviceRequest {
  return { issuer, clientId, runtime, signal, timeLimitMs: time.leftMs() };
}

/** Without what could change a terminal: a code is letters, digits and dashes. */
function readable(userCode: string): string {
  const code = userCode.replace(/[^\x21-\x7e]/g, '');
  if (code === '' || code.length > 64) throw failedLogin('the issuer sent a device code that cannot be read');
  return code;
}
