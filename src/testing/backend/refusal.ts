import type { JSONValue } from '../../shared/json';

/** The answer to a request that breaks a rule. */
export interface Refusal {
  status: number;
  body: JSONValue;
  headers?: Record<string, string>;
}

/** The envelope of the gateway: `{"detail": ...}`. */
export function detail(status: number, text: string): Refusal {
  return { status, body: { detail: text } };
}

/** The envelope of the model layer: `{"error": {message, type, param, code}}`. */
export function modelError(
  status: number,
  error: { message: string; code: string | null; param: string | null; type?: string },
): Refusal {
  const { message, code, param, type = 'invalid_request_error' } = error;
  return { status, body: { error: { message, type, param, code } } };
}
