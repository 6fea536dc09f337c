import { plainCause } from './plain-cause';
import { TransportError } from './request-errors';
import { redact } from './secret';

/** What `fetch` or a reader threw. `fetch` says "fetch failed" for everything; Node puts the reason into the cause. */
export function connectionError(error: unknown): TransportError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const codes = [cause, ...(cause instanceof AggregateError ? cause.errors : [])].map(
    (one) => (one as { code?: unknown } | null)?.code,
  );
  const refused = codes.includes('ECONNREFUSED');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError({
    code: refused ? 'connection_refused' : 'network',
    message: refused
      ? `The backend refused the connection: ${redact(reason)}`
      : `The connection to the backend failed: ${redact(reason)}`,
    cause: plainCause(error),
  });
}
