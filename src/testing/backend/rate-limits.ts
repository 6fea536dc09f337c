import type { RateLimitState, RateLimitWindow } from '../script';

/** A plan in normal use. */
export const DEFAULT_RATE_LIMITS: RateLimitState = {
  primary: { usedPercent: 12, windowMinutes: 300, resetsInSeconds: 3600 },
  secondary: { usedPercent: 4, windowMinutes: 10_080, resetsInSeconds: 259_200 },
};

/** The limits as headers. A missing window is sent the way the backend does: zero, and an empty reset. */
export function rateLimitHeaders(
  limits: RateLimitState,
  context: { now: number; planType: string },
): Record<string, string> {
  return {
    ...windowHeaders('primary', limits.primary, context.now),
    ...windowHeaders('secondary', limits.secondary, context.now),
    'x-codex-primary-over-secondary-limit-percent': '0',
    'x-codex-credits-has-credits': 'False',
    'x-codex-credits-unlimited': 'False',
    'x-codex-credits-balance': '',
    'x-codex-plan-type': context.planType,
    'x-codex-active-limit': 'codex',
  };
}

function windowHeaders(name: string, window: RateLimitWindow | undefined, now: number): Record<string, string> {
  const prefix = `x-codex-${name}`;
  return {
    [`${prefix}-used-percent`]: String(window?.usedPercent ?? 0),
    [`${prefix}-window-minutes`]: String(window?.windowMinutes ?? 0),
    [`${prefix}-reset-after-seconds`]: String(window?.resetsInSeconds ?? 0),
    [`${prefix}-reset-at`]: window ? String(Math.floor(now / 1000) + window.resetsInSeconds) : '',
  };
}
