import { fingerprintOf, grantFingerprint } from '../../src/auth/fingerprint';
import type { RefreshGrant } from '../../src/auth/token-endpoint';
import { AUTH_CLAIM, DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import type { OAuthCredentials } from '../../src/shared/credentials';
import type { Logger } from '../../src/shared/logger';
import { createRuntime, type Runtime } from '../../src/shared/runtime';

export const NOW = Date.UTC(2026, 5, 1);
export const MINUTE = 60_000;
export const ACCOUNT = 'acct-1';
const ISSUER = 'https://issuer.test';

interface JwtOptions {
  expiresAt?: number;
  accountId?: string;
  [claim: string]: unknown;
}

/** An unsigned JWT; `CANARY` makes it recognisable wherever it should not be. */
export function jwt({ expiresAt, accountId, auth, ...claims }: JwtOptions & { auth?: object } = {}): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = {
    ...claims,
    ...(expiresAt !== undefined && { exp: expiresAt / 1000 }),
    [AUTH_CLAIM]: { ...(accountId && { chatgpt_account_id: accountId }), ...auth },
  };
  return `${encode({ alg: 'none' })}.${encode(payload)}.CANARY`;
}

export function accessToken(expiresInMs: number, more: JwtOptions = {}): string {
  return jwt({ expiresAt: NOW + expiresInMs, accountId: ACCOUNT, ...more });
}

export function credentials(expiresInMs: number, more: Partial<OAuthCredentials> = {}): OAuthCredentials {
  return { accessToken: accessToken(expiresInMs), refreshToken: 'rt-CANARY-0', ...more };
}

/** As a record names a refresh token. */
export const fingerprint = (token: string) => fingerprintOf(token, createRuntime());

/** As a failure names what was presented. */
export const presented = (refreshToken: string, more: Partial<RefreshGrant> = {}) =>
  grantFingerprint({ issuer: ISSUER, clientId: DEFAULT_CLIENT_ID, refreshToken, ...more }, createRuntime());

export type Answer = Response | Error | (() => Response | Promise<Response>);

/** A refresh that succeeds, with the n-th refresh token. */
export function tokens(n: number, more: Record<string, unknown> = {}): Response {
  const body = { access_token: accessToken(60 * MINUTE, { jti: `fresh-${n}` }), refresh_token: `rt-CANARY-${n}` };
  return Response.json({ ...body, ...more });
}

/**
 * A token endpoint in place of `fetch`, a clock that stands still, and what was asked and logged. Time limits never come,
 * and pauses that somebody waits for are over at once.
 */
export function createWorld() {
  const answers: Answer[] = [];
  const posts: { url: string; init: RequestInit; body: Record<string, unknown> }[] = [];
  const logged: unknown[] = [];
  const warned: unknown[] = [];
  const pauses: number[] = [];
  let now = NOW;

  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    posts.push({ url: String(url), init, body: JSON.parse(String(init.body)) });
    const answer = answers.shift();
    if (answer === undefined) throw new Error('no answer was prepared');
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? answer() : answer;
  };
  const sleep: Runtime['sleep'] = async (ms, _signal, { keepAlive = false } = {}) => {
    if (!keepAlive) return new Promise(() => {});
    pauses.push(ms);
  };
  const debug = (message: string, details?: Record<string, unknown>) => logged.push({ message, details });
  const warn = (message: string, details?: Record<string, unknown>) => {
    logged.push({ message, details });
    warned.push({ message, details });
  };

  return {
    answers,
    posts,
    /** All records, and the warnings among them. */
    logged,
    warned,
    /** Milliseconds of every pause, in order. */
    pauses,
    // Without chance there is no jitter: what falls due and how long a pause is can be told to the millisecond.
    runtime: createRuntime({ fetch, now: () => now, sleep, randomBytes: (length) => new Uint8Array(length) }),
    logger: { debug, warn } satisfies Logger,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

export async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
}
