import { setTimeout as pause } from 'node:timers/promises';
import type { AuthStore } from '../stores/auth-store';

/** A refresh is given up after 30 s, and what came of it is stored. */
const LIMIT_MS = 35_000;
/** Between two tries to store what the issuer answered lie at most 4 s. */
const NEXT_TRY_MS = 5_000;

type Change = Parameters<AuthStore['update']>[1];

/**
 * Changes of stored logins that have begun. A process that ends in the middle of one may lose the login: a refresh token is
 * spent once it is sent, and its successor is nowhere but in the answer. Who waits for a store's lock has begun nothing.
 */
export class CriticalWork {
  #underWay = 0;
  #hasChanged = false;
  #isClosed = false;
  #wake = () => {};
  #endPause = () => {};

  constructor(private readonly nextTryMs = NEXT_TRY_MS) {}

  /** False only when it is certain that no login was changed. */
  get hasBegun(): boolean {
    return this.#hasChanged || this.#underWay > 0;
  }

  /** The same store, whose changes are known here. */
  watch(store: AuthStore): AuthStore {
    const describe = store.describe?.bind(store);
    return {
      read: (profile) => store.read(profile),
      update: (profile, change) => this.#update(store, profile, change),
      profiles: () => store.profiles(),
      ...(store.readonly && { readonly: true as const }),
      ...(describe && { describe }),
    };
  }

  /**
   * Waits until nothing is under way, for 35 s at most; `tell` is called if there is something to wait for. No change begins
   * after that, so the process may end at any time.
   */
  async finish(tell: () => void, limitMs = LIMIT_MS): Promise<void> {
    if (this.#underWay > 0) {
      tell();
      const over = new AbortController();
      // Keeps the process alive, which the wait for an answer need not.
      const limit = pause(limitMs, undefined, { signal: over.signal }).catch(() => {});
      await Promise.race([this.#rest(), limit]);
      over.abort();
    }
    this.#isClosed = true;
  }

  async #rest(): Promise<void> {
    while (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #update(store: AuthStore, profile: string, change: Change): ReturnType<AuthStore['update']> {
    let end = () => {};
    let isNew = false;
    const watched: Change = async (current) => {
      if (this.#isClosed) throw new Error('The program is about to end.');
      end();
      end = this.#begin();
      this.#endPause();
      isNew = false;
      try {
        const next = await change(current);
        isNew = next !== current;
        this.#hasChanged ||= isNew;
        return next;
      } catch (error) {
        this.#hasChanged = true; // it broke off somewhere
        throw error;
      }
    };
    try {
      return await store.update(profile, watched);
    } catch (error) {
      if (isNew) end = this.#untilNextTry(end);
      throw error;
    } finally {
      end();
    }
  }

  #begin(): () => void {
    let isOver = false;
    this.#underWay++;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#underWay--;
      if (this.#underWay === 0) this.#wake();
    };
  }

  /** What could not be stored exists in this process alone, which will try again. */
  #untilNextTry(end: () => void): () => void {
    const timer = setTimeout(end, this.nextTryMs);
    timer.unref();
    this.#endPause = () => {
      clearTimeout(timer);
      end();
    };
    return () => {};
  }
}
