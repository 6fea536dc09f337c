import type { RateLimits, RateLimitWindow } from '../../shared/rate-limits';

/** The windows with nothing left, of the plan and of the limit that counted. */
export function exhaustedWindows(limits: Partial<RateLimits>): RateLimitWindow[] {
  const { primary, secondary, additional = [], activeLimit } = limits;
  const active = additional.filter(({ limitId }) => limitId === activeLimit);
  const windows = [primary, secondary, ...active.flatMap((limit) => [limit.primary, limit.secondary])];
  return windows.filter((window) => window !== undefined).filter(({ usedPercent }) => usedPercent >= 100);
}
