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
  const reason = reasonOf(cause);
  return new TransportError({
    code: refused ? 'connection_refused' : 'network',
    message: refused
      ? `The backend refused the connection: ${redact(reason)}`
      : `The connection to the backend failed: ${redact(reason)}`,
    cause: plainCause(error),
  });
}

/** Where several addresses were tried, the error has no words of its own. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.message) return cause.message;
  const inner = cause instanceof AggregateError ? cause.errors.map(reasonOf).join('; ') : '';
  const { code } = cause as { code?: unknown };
  return inner || (typeof code === 'string' && code) || cause.name;
}
