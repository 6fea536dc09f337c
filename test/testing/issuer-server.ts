import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { DEFAULT_CLIENT_ID } from '../../src/shared/constants';
import { sendText } from '../../src/testing/http';
import { createIssuer } from '../../src/testing/issuer/issuer';
import type { IssuerViolation } from '../../src/testing/issuer/issuer-context';
import type { IssuerSettings } from '../../src/testing/issuer/settings';
import { TokenRegistry } from '../../src/testing/token-registry';

export const NOW = Date.UTC(2026, 5, 1);
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const VERIFIER = 'v'.repeat(86);
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const REDIRECT = 'http://localhost:1455/auth/callback';
export const SCOPE = 'openid profile email offline_access';
export const STATE = 'state-1';

export type Params = Record<string, string | undefined>;

/** An issuer behind a server of its own, with a clock that stands still; closed when the test is over. */
export async function startIssuer(settings: Partial<IssuerSettings> = {}) {
  let now = NOW;
  let origin = '';
  let ended = 0;
  const violations: IssuerViolation[] = [];
  const registry = new TokenRegistry({ now: () => now, issuer: () => origin });
  const onViolation = (violation: IssuerViolation) => void violations.push(violation);
  const issuer = createIssuer({ registry, now: () => now, onViolation, settings });
  const server = createServer(async (request, response) => {
    response.once('close', () => {
      ended += 1;
    });
    const url = new URL(request.url ?? '/', origin);
    if (!(await issuer.handle(request, response, url))) await sendText(response, 418, 'not the issuer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const ask = (path: string, init: RequestInit = {}) => fetch(origin + path, { redirect: 'manual', ...init });
  return {
    issuer,
    registry,
    violations,
    origin,
    ask,
    /** How many exchanges are over, by whatever end. */
    ended: () => ended,
    advance: (ms: number) => {
      now += ms;
    },
    form: (path: string, params: Params, init: RequestInit = {}) =>
      ask(path, { method: 'POST', body: new URLSearchParams(present(params)), ...init }),
    json: (path: string, body: unknown, init: RequestInit = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...init,
      }),
  };
}

export type World = Awaited<ReturnType<typeof startIssuer>>;

/** Without the parameters that are undefined: tests take one away by naming it so. */
function present(params: Params): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function authorizeParams(more: Params = {}): Params {
  return {
    response_type: 'code',
    client_id: DEFAULT_CLIENT_ID,
    redirect_uri: REDIRECT,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    state: STATE,
    scope: SCOPE,
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    originator: 'test-client',
    ...more,
  };
}

export function authorize({ ask }: World, more: Params = {}): Promise<Response> {
  return ask(`/oauth/authorize?${new URLSearchParams(present(authorizeParams(more)))}`);
}

/** The parameters that the browser brings back. */
export function callbackOf(location: string | null): Record<string, string> {
  return Object.fromEntries(new URL(location ?? '').searchParams);
}

/** A code for the redirect and verifier of {@link exchangeParams}. */
export async function newCode(world: World, more: Params = {}): Promise<string> {
  return callbackOf((await authorize(world, more)).headers.get('location')).code ?? '';
}

export function exchangeParams(code: string | undefined, more: Params = {}): Params {
  return {
    grant_type: 'authorization_code',
    client_id: DEFAULT_CLIENT_ID,
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...more,
  };
}

export function refreshParams(refreshToken: string | undefined, more: Params = {}): Params {
  return { grant_type: 'refresh_token', client_id: DEFAULT_CLIENT_ID, refresh_token: refreshToken, ...more };
}

/** Refreshes as the Codex CLI does. */
export function refresh({ json }: World, refreshToken: string | undefined): Promise<Response> {
  return json('/oauth/token', refreshParams(refreshToken));
}

export async function answerOf(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

/** The tokens of an answer, which has to be a success. */
export async function tokensOf(response: Response): Promise<Record<string, string>> {
  if (response.status !== 200) throw new Error(`expected tokens, got ${response.status} ${await response.text()}`);
  return response.json() as Promise<Record<string, string>>;
}

export function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString('utf8'));
}

export function oauthError(status: number, error: string, description?: string) {
  return { status, body: { error, ...(description !== undefined && { error_description: description }) } };
}

export function refreshError(code: string, message: string, status = 401) {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}
