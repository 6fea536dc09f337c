import { hasMarker } from '../shared/marked-error';
import { redact } from '../shared/secret';

// The classes themselves are layers above.
const AUTH_ERROR = Symbol.for('ai-sdk-codex.CodexAuthError');
const CALL_ERROR = Symbol.for('ai-sdk-codex.CodexCallError');

/** Whether there is no login, or none that works. */
export function isAuthError(error: unknown): boolean {
  return hasMarker(error, AUTH_ERROR);
}

/** What a record tells of a request for the list that failed: names and numbers, none of the words of a server. */
export interface FailureDetails {
  code: string;
  status?: number;
  requestId?: string;
}

/** Of errors of others nothing is told: a `fetch` of somebody's own may put anything into them. */
export function toDetails(error: unknown): FailureDetails {
  if (error instanceof TypeError) return { code: 'no_list' }; // there was an answer, of another form
  if (!isAuthError(error) && !hasMarker(error, CALL_ERROR)) return { code: 'unknown' };
  const { code, statusCode, requestId } = error as { code?: unknown; statusCode?: unknown; requestId?: unknown };
  return {
    code: typeof code === 'string' ? code : 'unknown',
    ...(typeof statusCode === 'number' && { status: statusCode }),
    ...(typeof requestId === 'string' && { requestId: redact(requestId) }),
  };
}

/** In a word or two: `forbidden, status 403`. */
export function kindOf({ code, status }: FailureDetails): string {
  return status === undefined ? code : `${code}, status ${status}`;
}
