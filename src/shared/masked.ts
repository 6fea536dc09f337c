import { redactDeep } from './secret';

// Node and Bun look here before they print an object; other runtimes ignore it.
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * `value`, printing itself without its secrets in `console.log` and `util.inspect`. JSON still holds all of it: it is
 * what stores write.
 *
 * @param mask What is printed instead. Default: all of it, with the values of secret names replaced.
 */
export function maskWhenPrinted<T extends object>(value: T, mask: (value: T) => unknown = redactDeep): T {
  return Object.defineProperty(value, INSPECT, { value: () => mask(value), enumerable: false });
}
