import { redact } from './secret';

/** Chains of causes may be circles. */
const MAX_DEPTH = 4;

/**
 * What may be kept of a stranger's error as a cause: its name, code and redacted words. Errors of HTTP clients and of
 * database drivers hold whole requests, tokens and all, for whoever prints them.
 */
export function plainCause(error: unknown, depth = 1): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const plain = new Error(redact(original.message));
  plain.name = original.name;
  const { code } = original as { code?: unknown };
  if (typeof code === 'string' || typeof code === 'number') Object.assign(plain, { code });
  if (original.cause !== undefined && depth < MAX_DEPTH) plain.cause = plainCause(original.cause, depth + 1);
  return plain;
}
