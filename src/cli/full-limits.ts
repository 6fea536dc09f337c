import { formatTime } from '../shared/format-time';
import type { RateLimits, RateLimitWindow } from '../shared/rate-limits';
import { formatWindowLength } from '../shared/window-length';
import { plainName } from './text';

const NEARLY = 90;

/** A sentence for each window of a plan of which little is left. */
export function describeFullLimits(limits: RateLimits | null, now: number): string[] {
  if (!limits) return [];
  const others = (limits.additional ?? []).map((limit) => ({ name: limit.limitName ?? limit.limitId, ...limit }));
  return [{ name: 'the plan', ...limits }, ...others].flatMap(({ name, primary, secondary }) =>
    [primary, secondary].flatMap((window) => describe(plainName(name), window, now)),
  );
}

function describe(name: string, window: RateLimitWindow | undefined, now: number): string[] {
  if (!window || window.usedPercent < NEARLY) return [];
  const { usedPercent, windowMinutes, resetsAt } = window;
  const length = windowMinutes === undefined ? 'limit' : `${formatWindowLength(windowMinutes)} limit`;
  const reset = resetsAt === undefined ? '' : `; it resets ${formatTime(resetsAt, now)}`;
  return [`${Math.floor(usedPercent)} % of the ${length} of ${name} is used${reset}.`];
}
