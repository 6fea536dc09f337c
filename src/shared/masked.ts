import { redact } from './secret';

/** The names under which records of every kind keep secrets. */
const SECRET_KEYS = new Set(['accessToken', 'refreshToken', 'idToken', 'authorization']);

// Node and Bun look here before they print an object; other runtimes ignore it.
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * `value`, printing itself without its secrets in `console.log` and `util.inspect`. JSON still holds all of it: it is
 * what stores write.
 */
export function maskWhenPrinted<T extends object>(value: T): T {
  return Object.defineProperty(value, INSPECT, { value: () => maskedCopy(value), enumerable: false });
}

function maskedCopy(value: unknown, key?: string): unknown {
  if (typeof value === 'string') return key !== undefined && SECRET_KEYS.has(key) ? '[redacted]' : redact(value);
  if (Array.isArray(value)) return value.map((item) => maskedCopy(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskedCopy(item, name)]));
}
