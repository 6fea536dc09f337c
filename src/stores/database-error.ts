import { AuthStoreError, type AuthStoreErrorCode } from '../shared/auth-store-error';
import { plainCause } from '../shared/plain-cause';

const LONGEST_WORDS = 200;
const PROBLEMS = { unreadable: 'could not be read', unwritable: 'could not be written' };

/**
 * What a driver threw, as ours. Of its error only name, code and words are kept: drivers' errors hold whole commands, the
 * record and its tokens among them.
 */
export function databaseError(name: string, code: keyof typeof PROBLEMS & AuthStoreErrorCode, error: unknown) {
  const cause = withoutPasswords(plainCause(error));
  const { code: theirs = cause.name } = cause as { code?: unknown };
  const what = cause.message.slice(0, LONGEST_WORDS) || theirs;
  return new AuthStoreError({
    code,
    message: `${name} ${PROBLEMS[code]} (${what}). Check that the server runs, and what its client may do there.`,
    cause,
  });
}

/** The addresses of databases hold their passwords. */
function withoutPasswords(error: Error, depth = 0): Error {
  error.message = error.message.replace(/(:\/\/)[^\s/@]*@/g, '$1[redacted]@');
  if (error.cause instanceof Error && depth < 4) withoutPasswords(error.cause, depth + 1);
  return error;
}
