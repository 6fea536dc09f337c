import { ORIGINATOR } from '../shared/constants';
import { readTextUpTo } from '../shared/read-text';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { isSecureUrl, SECURE_URL, withoutSlash } from '../shared/secure-url';
import { USER_AGENT } from '../shared/version';
import { CodexAuthError } from './errors';

const TIME_LIMIT_MS = 30_000;
/** The last part of a time limit: after this process stood still, an answer that is there is read first. */
const GRACE_MS = 1_000;
const LATE_LIMIT_MS = 5 * 60_000;
const SIZE_LIMIT = 1024 * 1024;

export interface IssuerRequest {
  issuer: string;
  /** Below the issuer, with its slash: `/oauth/token`. */
  path: string;
  /** Default: POST with a body, GET without one. */
  method?: 'GET' | 'POST';
  /** Sent as `application/json`, or as a form. */
  json?: Record<string, string>;
  form?: Record<string, string>;
  /** A token for the `authorization` header. */
  bearer?: string;
  /** Milliseconds for the whole exchange. Default 30,000. */
  timeLimitMs?: number;
  /** The caller's. It passes through unwrapped. */
  signal?: AbortSignal | undefined;
  /** What was sent and must not come back in a message. */
  secrets: readonly string[];
  /** Takes an answer that comes up to 5 minutes after the time limit, which then ends the wait and not the request. */
  onLate?: (reply: IssuerReply) => void;
}

/** An answer of the issuer, read but not judged. */
export interface IssuerReply {
  status: number;
  retryAfter?: string | undefined;
  text: string;
}

/** There was no complete answer. The message is a clause without secrets: "the request failed: ..." */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable';

  constructor(
    message: string,
    readonly isTimeout: boolean,
  ) {
    super(message);
  }
}

class TimeLimitOver extends Error {}

/**
 * Sends one request to the issuer, once: it is never repeated here, because codes and refresh tokens are single use and
 * after a broken connection nobody knows whether they were spent.
 *
 * @throws {@link IssuerUnreachable}, the reason of `signal`, or {@link CodexAuthError} `invalid_setting` when the issuer is
 * neither https nor on this machine.
 */
export async function requestIssuer(request: IssuerRequest, runtime: Runtime): Promise<IssuerReply> {
  const url = issuerUrl(request.issuer, request.path);
  request.signal?.throwIfAborted();
  const ended = new AbortController();
  const over = new AbortController();
  // Raced as well as signalled, for a `fetch` that ignores signals.
  const limit = timeLimit(request, runtime, over.signal);
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(request.signal?.reason);
    request.signal?.addEventListener('abort', onAbort, { once: true, signal: over.signal });
  });
  limit.catch(() => {});
  aborted.catch(() => {});
  const reply = send(url, request, runtime, ended.signal);
  try {
    return await Promise.race([reply, limit, aborted]);
  } catch (error) {
    const isTimeout = error instanceof TimeLimitOver;
    if (isTimeout && request.onLate) waitOn(reply, request.onLate, ended, runtime);
    else ended.abort(error);
    request.signal?.throwIfAborted();
    throw new IssuerUnreachable(`the request to the issuer failed: ${describe(error, request.secrets)}`, isTimeout);
  } finally {
    over.abort();
  }
}

async function timeLimit(request: IssuerRequest, runtime: Runtime, over: AbortSignal): Promise<never> {
  const { timeLimitMs: ms = TIME_LIMIT_MS, onLate } = request;
  const graceMs = onLate ? GRACE_MS : 0;
  await runtime.sleep(ms - graceMs, over);
  if (graceMs > 0) await runtime.sleep(graceMs, over);
  throw new TimeLimitOver(`no complete answer within ${ms / 1000} s`);
}

/** Aborts the request when even the last limit is over. */
function waitOn(
  reply: Promise<IssuerReply>,
  onLate: (reply: IssuerReply) => void,
  ended: AbortController,
  runtime: Runtime,
): void {
  const answered = new AbortController();
  runtime.sleep(LATE_LIMIT_MS, answered.signal).then(
    () => ended.abort(),
    () => {},
  );
  reply
    .then(onLate)
    .catch(() => {})
    .finally(() => answered.abort());
}

/** @throws {@link CodexAuthError} `invalid_setting` */
export function issuerUrl(issuer: string, path: string): string {
  if (!isSecureUrl(issuer)) {
    throw new CodexAuthError({
      code: 'invalid_setting',
      message: `The \`issuer\` setting must be ${SECURE_URL}: tokens and codes are not sent anywhere else.`,
    });
  }
  return `${withoutSlash(issuer)}${path}`;
}

async function send(url: string, request: IssuerRequest, runtime: Runtime, signal: AbortSignal): Promise<IssuerReply> {
  const { json, form, bearer } = request;
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(form).toString();
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
  const response = await runtime.fetch(url, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': type }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      originator: ORIGINATOR,
      'user-agent': USER_AGENT,
    },
    ...(body !== undefined && { body }),
    redirect: 'manual', // followed, a redirect would hand the token to whoever it names
    signal,
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    text: await readTextUpTo(response, SIZE_LIMIT),
  };
}

function describe(error: unknown, secrets: readonly string[]): string {
  // Of `fetch`, only the cause says what happened: "fetch failed (ECONNREFUSED)".
  const code = error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
  const word = typeof code === 'string' && /^\w{3,40}$/.test(code) ? ` (${code})` : '';
  const reason = `${error instanceof Error ? error.message : String(error)}${word}`;
  return redact(secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '[redacted]'), reason));
}
