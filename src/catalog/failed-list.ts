import { hasMarker } from '../shared/marked-error';
import { redact } from '../shared/secret';

/** The classes themselves are layers above. */
const OURS = ['ai-sdk-codex.CodexAuthError', 'ai-sdk-codex.CodexCallError'].map(Symbol.for);

/** What a record tells of a request for the list that failed: names and numbers, none of the words of a server. */
export interface FailureDetails {
  code: string;
  status?: number;
  requestId?: string;
}

/** Of errors of others nothing is told: a `fetch` of somebody's own may put anything into them. */
export function toDetails(error: unknown): FailureDetails {
  if (error instanceof TypeError) return { code: 'no_list' }; // there was an answer, of another form
  if (!OURS.some((marker) => hasMarker(error, marker))) return { code: 'unknown' };
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
