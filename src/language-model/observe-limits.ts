import type { LimitsKeeper } from '../codec/response/machine-state';
import { mergeRateLimits, parseRateLimitEvent, parseRateLimitHeaders } from '../codec/response/parse-rate-limits';
import type { ResponseEvent } from '../codec/response/response-event';
import type { Logger } from '../shared/logger';
import type { RateLimits } from '../shared/rate-limits';
import type { Runtime } from '../shared/runtime';

interface Watchers {
  runtime: Runtime;
  onRateLimits: ((snapshot: RateLimits) => void) | undefined;
  logger: Logger;
}

/** Keeps what one answer tells of the plan's limits, and passes each change of it on. */
export class LimitsObserver implements LimitsKeeper {
  newest: RateLimits | undefined;

  constructor(private readonly watchers: Watchers) {}

  /** Those of an answer, accepted or not. */
  headers(headers: Record<string, string>): void {
    this.see(parseRateLimitHeaders(headers, this.watchers.runtime.now()));
  }

  event(event: ResponseEvent): void {
    this.see(parseRateLimitEvent(event, this.watchers.runtime.now()));
  }

  private see(snapshot: RateLimits | undefined): void {
    if (!snapshot) return;
    this.newest = mergeRateLimits(this.newest, snapshot);
    tell(this.newest, this.watchers);
  }
}

/** The app's own failure costs no call. */
function tell(snapshot: RateLimits, { onRateLimits, logger }: Watchers): void {
  if (!onRateLimits) return;
  const warn = (error: unknown) =>
    logger.warn('[CODEX] onRateLimits failed', { error: error instanceof Error ? error.name : typeof error });
  try {
    const told: unknown = onRateLimits(structuredClone(snapshot));
    // A function that is async all the same.
    if (told instanceof Promise) told.catch(warn);
  } catch (error) {
    warn(error);
  }
}
