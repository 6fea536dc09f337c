import type { JSONObject } from '../../shared/json';
import type { AdditionalRateLimit, RateLimitState, RateLimitWindow } from '../script';

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
  const { credits, additional = [], reachedType, promoMessage } = limits;
  return {
    ...familyHeaders({ ...limits, limitId: 'codex' }, context.now),
    'x-codex-primary-over-secondary-limit-percent': '0',
    ...Object.assign({}, ...additional.map((limit) => familyHeaders(limit, context.now))),
    'x-codex-credits-has-credits': flag(credits?.hasCredits),
    'x-codex-credits-unlimited': flag(credits?.unlimited),
    'x-codex-credits-balance': credits?.balance ?? '',
    'x-codex-plan-type': limits.planType ?? context.planType,
    'x-codex-active-limit': limits.activeLimit ?? 'codex',
    ...(reachedType !== undefined && { 'x-codex-rate-limit-reached-type': reachedType }),
    ...(promoMessage !== undefined && { 'x-codex-promo-message': promoMessage }),
  };
}

function familyHeaders(limit: AdditionalRateLimit, now: number): Record<string, string> {
  const family = `x-${limit.limitId.replaceAll('_', '-')}`;
  return {
    ...windowHeaders(`${family}-primary`, limit.primary, now),
    ...windowHeaders(`${family}-secondary`, limit.secondary, now),
    ...(limit.limitName !== undefined && { [`${family}-limit-name`]: limit.limitName }),
  };
}

function windowHeaders(prefix: string, window: RateLimitWindow | undefined, now: number): Record<string, string> {
  return {
    [`${prefix}-used-percent`]: String(window?.usedPercent ?? 0),
    [`${prefix}-window-minutes`]: String(window?.windowMinutes ?? 0),
    [`${prefix}-reset-after-seconds`]: String(window?.resetsInSeconds ?? 0),
    [`${prefix}-reset-at`]: window ? String(resetAt(window, now)) : '',
  };
}

function flag(value: boolean | undefined): string {
  return value ? 'True' : 'False';
}

/** What `wham/usage` tells of the same state. */
export function usageBody(
  limits: RateLimitState,
  context: { now: number; planType: string; userId: string; accountId: string; email: string },
): JSONObject {
  const { now } = context;
  const { additional = [], credits, reachedType, promoMessage } = limits;
  const codeReview = additional.find(({ limitId }) => limitId === CODE_REVIEW);
  const others = additional.filter(({ limitId }) => limitId !== CODE_REVIEW);
  return {
    user_id: context.userId,
    account_id: context.accountId,
    email: context.email,
    plan_type: limits.planType ?? context.planType,
    rate_limit: limitBody(limits, now, reachedType !== undefined),
    code_review_rate_limit: codeReview ? limitBody(codeReview, now) : null,
    additional_rate_limits: others.length > 0 ? others.map((limit) => additionalBody(limit, now)) : null,
    credits: {
      has_credits: credits?.hasCredits ?? false,
      unlimited: credits?.unlimited ?? false,
      balance: credits?.balance ?? null,
      approx_local_messages: null,
      approx_cloud_messages: null,
    },
    spend_control: { reached: false },
    rate_limit_reached_type: reachedType === undefined ? null : { type: reachedType },
    promo: promoMessage === undefined ? null : { message: promoMessage },
  };
}

const CODE_REVIEW = 'code_review';

type Windows = Pick<AdditionalRateLimit, 'primary' | 'secondary'>;

function additionalBody(limit: AdditionalRateLimit, now: number): JSONObject {
  const { limitId, limitName = limitId } = limit;
  return { limit_name: limitName, metered_feature: limitId, rate_limit: limitBody(limit, now) };
}

function limitBody({ primary, secondary }: Windows, now: number, isReached = false): JSONObject {
  const limit_reached = isReached || [primary, secondary].some((window) => (window?.usedPercent ?? 0) >= 100);
  return {
    allowed: !limit_reached,
    limit_reached,
    primary_window: windowBody(primary, now),
    secondary_window: windowBody(secondary, now),
  };
}

function windowBody(window: RateLimitWindow | undefined, now: number): JSONObject | null {
  if (!window) return null;
  return {
    used_percent: window.usedPercent,
    limit_window_seconds: window.windowMinutes * 60,
    reset_after_seconds: window.resetsInSeconds,
    reset_at: resetAt(window, now),
  };
}

function resetAt(window: RateLimitWindow, now: number): number {
  return Math.floor(now / 1000) + window.resetsInSeconds;
}
