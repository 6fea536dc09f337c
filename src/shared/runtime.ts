import type { FetchFunction } from '@ai-sdk/provider-utils';

export type { FetchFunction };

/** Everything that comes from outside: network, clock, randomness. Nothing else in the core reaches for a global. */
export interface Runtime {
  fetch: FetchFunction;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Cryptographically strong random bytes. */
  randomBytes(length: number): Uint8Array;
  /** SHA-256 of the UTF-8 form of `text`. */
  sha256(text: string): Promise<Uint8Array>;
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason when that comes first. Keeps the process alive only
   * when asked to: a time limit must not, a pause that somebody waits for must.
   */
  sleep(ms: number, signal?: AbortSignal, options?: { keepAlive?: boolean }): Promise<void>;
}

/** A runtime over the globals, each looked up at the time of use so that a later patch of one is honoured. */
export function createRuntime(overrides: Partial<Runtime> = {}): Runtime {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    now: () => Date.now(),
    randomBytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    sha256: async (text) =>
      new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
    sleep,
    ...overrides,
  };
}

function sleep(ms: number, signal?: AbortSignal, { keepAlive = false } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    // Node's timers are objects that hold the process open; elsewhere they are numbers.
    if (!keepAlive) (timer as { unref?: () => void }).unref?.();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A random UUID (version 4). */
export function randomUuid(runtime: Runtime): string {
  const hex = toHex(runtime.randomBytes(16));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
