import { asRecord, asString, parseJson } from '../shared/json';
import type { Runtime } from '../shared/runtime';
import { CodexAuthError } from './errors';
import { type IssuerReply, IssuerUnreachable, requestIssuer } from './issuer-request';
import { failedLogin, refusedLogin } from './new-login';
import { codeChallengeOf } from './pkce';
import { parseTokenReply, type TokenRefusal } from './token-response';

const DEFAULT_INTERVAL_S = 5;
const LONGEST_INTERVAL_S = 60;
const LONGEST_REQUEST_MS = 30_000;
const SETTING =
  "device authorization in ChatGPT's Security settings (in a workspace, an admin has to allow it), or log in with a browser or by pasting the address that it ends at";

const PENDING = new Set(['authorization_pending']);
const DENIED = new Set(['access_denied', 'authorization_denied', 'authorization_declined']);
const EXPIRED = new Set(['expired_token', 'authorization_expired']);

/** A device login that has begun. The issuer's words, unchanged; both codes are secret. */
export interface DeviceAuthorization {
  deviceAuthId: string;
  userCode: string;
  /** To leave between two polls. */
  intervalMs: number;
}

/** Nothing decided; ask again, after `retryAfterMs` at the earliest. */
export interface AskAgain {
  kind: 'pending' | 'slow_down' | 'unanswered';
  retryAfterMs?: number | undefined;
  /** A clause without secrets. */
  detail: string;
}

export interface DeviceGrant {
  kind: 'granted';
  code: string;
  /** The issuer makes it up in this flow. */
  codeVerifier: string;
}

export interface DeviceRequest {
  issuer: string;
  clientId: string;
  runtime: Runtime;
  signal: AbortSignal;
  /** Milliseconds that are left of the login. */
  timeLimitMs: number;
}

/**
 * Asks for a code that a person can type in. Sent once.
 *
 * @throws {@link CodexAuthError} `device_login_disabled`, `login_failed`, `region_blocked`, or the reason of `signal`.
 */
export async function requestDeviceCode(request: DeviceRequest): Promise<DeviceAuthorization | AskAgain> {
  const asked = await ask('usercode', { client_id: request.clientId }, request, []);
  if ('refusal' in asked) {
    const { refusal } = asked;
    if (refusal.status === 404) throw deviceLoginDisabled();
    if (isPassing(refusal)) return askAgain('unanswered', refusal);
    throw refusedLogin(refusal);
  }
  const deviceAuthId = asString(asked.body.device_auth_id);
  const userCode = asString(asked.body.user_code) || asString(asked.body.usercode);
  if (!deviceAuthId || !userCode) throw failedLogin('the issuer sent no device code');
  return { deviceAuthId, userCode, intervalMs: intervalOf(asked.body.interval) };
}

/**
 * Asks whether the person has let the device in. Sent once.
 *
 * @throws {@link CodexAuthError} `access_denied`, `login_timeout`, `login_failed`, `region_blocked`, or the reason of `signal`.
 */
export async function pollDevice(
  { deviceAuthId, userCode }: DeviceAuthorization,
  request: DeviceRequest,
): Promise<DeviceGrant | AskAgain> {
  const json = { device_auth_id: deviceAuthId, user_code: userCode };
  const asked = await ask('token', json, request, [deviceAuthId, userCode]);
  return 'refusal' in asked ? undecided(asked.refusal) : grantOf(asked.body, request.runtime);
}

/** The error for a code that nobody confirmed in time. */
export function deviceLoginTimedOut(): CodexAuthError {
  const message = `Nobody confirmed the code in time. Start the login again; an earlier login is kept. If the page did not take the code, switch on ${SETTING}.`;
  return new CodexAuthError({ code: 'login_timeout', message });
}

function deviceLoginDisabled(): CodexAuthError {
  const message = `The issuer offers no device codes (it answered 404). Switch on ${SETTING}.`;
  return new CodexAuthError({ code: 'device_login_disabled', message });
}

type Asked = { body: Record<string, unknown> } | { refusal: TokenRefusal };

async function ask(
  endpoint: 'usercode' | 'token',
  json: Record<string, string>,
  { issuer, runtime, signal, timeLimitMs }: DeviceRequest,
  secrets: readonly string[],
): Promise<Asked> {
  const path = `/api/accounts/deviceauth/${endpoint}`;
  const limit = Math.min(timeLimitMs, LONGEST_REQUEST_MS);
  let reply: IssuerReply;
  try {
    reply = await requestIssuer({ issuer, path, json, signal, secrets, timeLimitMs: limit }, runtime);
  } catch (error) {
    if (!(error instanceof IssuerUnreachable)) throw error;
    return { refusal: { kind: 'transient', detail: error.message } };
  }
  if (reply.status >= 200 && reply.status < 300) return { body: asRecord(parseJson(reply.text)) ?? {} };
  // The same issuer, so it refuses in the words of its token endpoint.
  const outcome = parseTokenReply(reply, runtime.now());
  return outcome.ok ? { body: {} } : { refusal: outcome.refusal };
}

/** What the issuer says decides, and then its status: it answers 403 or 404, with any body, while nobody has decided. */
function undecided(refusal: TokenRefusal): AskAgain {
  const { kind, status, detail, code = '' } = refusal;
  const word = code.replace(/^deviceauth_/, '');
  if (DENIED.has(word)) {
    const message = `The login was denied: ${detail}. Start it again if that was a mistake; an earlier login is kept.`;
    throw new CodexAuthError({ code: 'access_denied', message });
  }
  if (EXPIRED.has(word) || status === 410) throw deviceLoginTimedOut();
  if (PENDING.has(word)) return askAgain('pending', refusal);
  if (word === 'slow_down') return askAgain('slow_down', refusal);
  if (kind === 'region') throw refusedLogin(refusal);
  if (status === 403 || status === 404) return askAgain('pending', refusal);
  if (isPassing(refusal)) return askAgain('unanswered', refusal);
  throw refusedLogin(refusal);
}

async function grantOf(body: Record<string, unknown>, runtime: Runtime): Promise<DeviceGrant> {
  const code = asString(body.authorization_code);
  const codeVerifier = asString(body.code_verifier);
  if (!code || !codeVerifier) throw failedLogin('the issuer let the device in and sent no usable code');
  const challenge = asString(body.code_challenge);
  if (challenge && challenge !== (await codeChallengeOf(codeVerifier, runtime))) {
    throw failedLogin('the issuer sent a verifier that does not belong to its challenge');
  }
  return { kind: 'granted', code, codeVerifier };
}

function askAgain(kind: AskAgain['kind'], { detail, retryAfterMs }: TokenRefusal): AskAgain {
  return { kind, detail, retryAfterMs };
}

/** No answer at all, or one that says nothing about this login. */
function isPassing({ status }: TokenRefusal): boolean {
  return status === undefined || status === 429 || status >= 500;
}

/** Seconds, as a string on the wire; some answers have a number, some none. */
function intervalOf(value: unknown): number {
  const seconds = Number(value ?? Number.NaN);
  const isNamed = value !== '' && Number.isFinite(seconds);
  return Math.min(Math.max(isNamed ? seconds : DEFAULT_INTERVAL_S, 1), LONGEST_INTERVAL_S) * 1000;
}
