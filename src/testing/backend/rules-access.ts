import type { JSONObject } from '../../shared/json';
import type { BackendRequest } from './backend-request';
import { detail, type Refusal } from './refusal';

/** Path of the Responses endpoint. */
const RESPONSES_PATH = '/backend-api/codex/responses';

/** Rule 1. An upgrade is answered 426 until WebSocket is emulated; clients then use HTTP. */
export function checkPath({ method, path, headers }: BackendRequest): Refusal | undefined {
  if (path !== RESPONSES_PATH) return detail(404, 'Not Found');
  if (headers.upgrade !== undefined) {
    return { ...detail(426, 'Upgrade Required'), headers: { connection: 'close' } };
  }
  return method === 'POST' ? undefined : detail(405, 'Method Not Allowed');
}

/** Rule 2. */
export function checkToken({ token }: BackendRequest): Refusal | undefined {
  if (token.ok) return undefined;
  return token.reason === 'missing' ? detail(401, 'Unauthorized') : tokenRefusal(token.reason);
}

const TOKEN_ERRORS = {
  expired: ['token_expired', 'Provided authentication token is expired. Please try signing in again.'],
  revoked: ['token_revoked', 'Encountered invalidated oauth token for user, failing request'],
  invalidated: ['token_invalidated', 'Your authentication token has been invalidated. Please try signing in again.'],
} as const;

/** The 401 of a token that was once good: it repeats the status inside the body. */
export function tokenRefusal(reason: keyof typeof TOKEN_ERRORS): Refusal & { body: JSONObject } {
  const [code, message] = TOKEN_ERRORS[reason];
  return { status: 401, body: { error: { message, type: 'invalid_request_error', code, param: null }, status: 401 } };
}

/** Rule 3. */
export function checkAccount({ token, headers }: BackendRequest): Refusal | undefined {
  return token.ok && headers['chatgpt-account-id'] !== token.accountId ? detail(401, 'Unauthorized') : undefined;
}

/** Rule 31. The list depends on the version, so a client has to say its own; `0.0.0` gets all of it. */
export function checkClientVersion({ query }: BackendRequest): Refusal | undefined {
  return query.client_version ? undefined : detail(400, 'Missing query parameter: client_version');
}

/** Rule 4. */
export function checkPayload({ payload }: BackendRequest): Refusal | undefined {
  switch (payload.kind) {
    case 'unsupported-encoding':
      return detail(415, `Unsupported content encoding: ${payload.encoding}`);
    case 'invalid':
      return detail(400, 'Invalid JSON');
    case 'json':
      return typeof payload.value === 'object' && payload.value !== null && !Array.isArray(payload.value)
        ? undefined
        : detail(400, 'Invalid JSON');
  }
}
