import { redact } from './secret';

/**
 * What may be kept of a stranger's error as a cause: its name, code and redacted words. Errors of HTTP clients and of
 * database drivers hold whole requests, tokens and all, for whoever prints them.
 */
export function plainCause(error: unknown): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const plain = new Error(redact(original.message));
  plain.name = original.name;
  const { code } = original as { code?: unknown };
  if (typeof code === 'string' || typeof code === 'number') Object.assign(plain, { code });
  if (original.cause !== undefined && original.cause !== error) plain.cause = plainCause(original.cause);
  return plain;
}
