import { orAbort } from '../shared/abort';

interface Running<T> {
  outcome: Promise<T>;
  end: AbortController;
  waiting: number;
}

/** One run of some work for all who ask for it while it is under way. It is aborted when nobody waits for it any more. */
export class SharedRun<T> {
  #running: Running<T> | undefined;

  /** @throws what the work throws; the reason of `signal`, which ends the waiting of this caller alone. */
  async join(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    this.#running ??= this.#start(work);
    const running = this.#running;
    running.waiting++;
    try {
      return await orAbort(running.outcome, signal);
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        this.#forget(running);
        running.end.abort();
      }
    }
  }

  #start(work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const end = new AbortController();
    const running: Running<T> = { outcome: work(end.signal), end, waiting: 0 };
    const over = () => this.#forget(running);
    running.outcome.then(over, over);
    return running;
  }

  #forget(running: Running<T>): void {
    if (this.#running === running) this.#running = undefined;
  }
}
