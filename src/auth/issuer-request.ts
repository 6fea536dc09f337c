import { ORIGINATOR } from '../shared/constants';
import type { Runtime } from '../shared/runtime';
import { redact } from '../shared/secret';
import { isSecureUrl } from '../shared/secure-url';
import { USER_AGENT } from '../shared/version';
import { CodexAuthError } from './errors';
import { readTextUpTo } from './read-text';

const TIME_LIMIT_MS = 30_000;
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
}

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
  const limitMs = request.timeLimitMs ?? TIME_LIMIT_MS;
  // Raced as well as signalled, for a `fetch` that ignores signals.
  const limit = runtime.sleep(limitMs, over.signal).then(() => {
    throw new Error(`no complete answer within ${limitMs / 1000} s`);
  });
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(request.signal?.reason);
    request.signal?.addEventListener('abort', onAbort, { once: true, signal: over.signal });
  });
  limit.catch(() => {});
  aborted.catch(() => {});
  try {
    return await Promise.race([send(url, request, runtime, ended.signal), limit, aborted]);
  } catch (error) {
    ended.abort(error);
    request.signal?.throwIfAborted();
    throw new IssuerUnreachable(`the request to the issuer failed: ${describe(error, request.secrets)}`);
  } finally {
    over.abort();
  }
}

/** @throws {@link CodexAuthError} `invalid_setting` */
export function issuerUrl(issuer: string, path: string): string {
  if (!isSecureUrl(issuer)) {
    throw new CodexAuthError({
      code: 'invalid_setting',
      message: 'The `issuer` setting must be an https URL: tokens and codes are not sent anywhere else.',
    });
  }
  return `${issuer.replace(/\/+$/, '')}${path}`;
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
  const reason = error instanceof Error ? error.message : String(error);
  return redact(secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '[redacted]'), reason));
}
