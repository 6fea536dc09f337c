import { redactDeep } from './secret';

// Node and Bun look here before they print an object; other runtimes ignore it.
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * `value`, printing itself without its secrets in `console.log` and `util.inspect`. JSON still holds all of it: it is
 * what stores write.
 */
export function maskWhenPrinted<T extends object>(value: T): T {
  return Object.defineProperty(value, INSPECT, { value: () => redactDeep(value), enumerable: false });
}
