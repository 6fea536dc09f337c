import { TransportError } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import type { Timeouts } from './transport';

/**
 * The time limits of an exchange, with one sleeping timer each instead of one a read. Of a stream only the time spent
 * waiting for the backend counts: a reader that takes its time between two pulls is not the backend's fault.
 */
export class Watchdog {
  private readonly stopped = new AbortController();
  private waitingSince: number | undefined;
  private sawHeaders = false;
  private sawEvent = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly limits: Timeouts,
    private readonly expire: (error: TransportError) => void,
  ) {}

  /** The request is being sent. */
  start(): void {
    const { connectMs, firstEventMs } = this.limits;
    if (connectMs > 0) void this.expectHeaders(connectMs);
    if (firstEventMs > 0) void this.expectFirstEvent(firstEventMs);
  }

  /** The headers are here: from now on pieces are expected. */
  expectBody(): void {
    this.sawHeaders = true;
    if (this.limits.idleMs > 0) void this.expectPieces(this.limits.idleMs);
  }

  waiting(): void {
    this.waitingSince = this.runtime.now();
  }

  arrived(): void {
    this.waitingSince = undefined;
  }

  event(): void {
    this.sawEvent = true;
  }

  stop(): void {
    // The default reason would be an exception with its stack, made for nobody.
    this.stopped.abort('over');
  }

  private async expectHeaders(limit: number): Promise<void> {
    if (!(await this.pause(limit)) || this.sawHeaders) return;
    const message = `The backend did not answer within ${limit} ms. The setting timeouts.connectMs changes the limit.`;
    this.expire(new TransportError({ code: 'connect_timeout', message }));
  }

  private async expectFirstEvent(limit: number): Promise<void> {
    if (!(await this.pause(limit)) || this.sawEvent) return;
    const message = `The backend sent no event within ${limit} ms. The setting timeouts.firstEventMs changes the limit.`;
    this.expire(new TransportError({ code: 'first_event_timeout', message }));
  }

  private async expectPieces(limit: number): Promise<void> {
    for (let left = limit; await this.pause(left); ) {
      const waited = this.waitingSince === undefined ? 0 : this.runtime.now() - this.waitingSince;
      // A clock that was set back must not make the limit longer.
      left = Math.min(limit, limit - waited);
      if (left > 0) continue;
      const message = `The backend sent nothing for ${limit} ms. The setting timeouts.idleMs changes the limit.`;
      this.expire(new TransportError({ code: 'idle_timeout', message }));
      return;
    }
  }

  /** False when the exchange was over first. */
  private pause(ms: number): Promise<boolean> {
    return this.runtime.sleep(ms, this.stopped.signal).then(
      () => true,
      () => false,
    );
  }
}
