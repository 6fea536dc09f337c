import { inspect } from 'node:util';

/** `map`, printing numbers in place of its keys, which are secret. */
export function printsMaskedKeys<T extends Map<string, unknown>>(map: T): T {
  const value = () => new Map([...map.values()].map((entry, index) => [`[redacted ${index + 1}]`, entry]));
  return Object.defineProperty(map, inspect.custom, { value, enumerable: false });
}
