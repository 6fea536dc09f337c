import { asRecord } from '../../shared/json';
import type { RateLimit, RateLimits, RateLimitWindow } from '../../shared/rate-limits';
import {
  normalizeLimitId,
  readCredits,
  readReachedType,
  readText,
  readWindow,
  readWindows,
} from '../../shared/read-rate-limits';

/** Id of the plan's own limit. */
const PLAN_LIMIT = 'codex';
const USED_PERCENT = /^x-(.+)-(primary|secondary)-used-percent$/;

/**
 * The limits that the headers of an answer tell, on 200 and 429 alike. Every limit has a family of headers,
 * `x-<id>-primary-used-percent` and so on. What cannot be read is left out, value by value.
 *
 * @param headers Names in lower case.
 * @returns undefined when they tell nothing.
 */
export function parseRateLimitHeaders(headers: Record<string, string>, now: number): RateLimits | undefined {
  const limits = readFamilies(headers, now);
  const said = {
    credits: readCredits({
      has_credits: headers['x-codex-credits-has-credits'],
      unlimited: headers['x-codex-credits-unlimited'],
      balance: headers['x-codex-credits-balance'],
    }),
    planType: readText(headers['x-codex-plan-type']),
    activeLimit: readText(headers['x-codex-active-limit']),
    reachedType: readText(headers['x-codex-rate-limit-reached-type']),
    promoMessage: readText(headers['x-codex-promo-message']),
  };
  return toRateLimits(limits, said, now);
}

/**
 * The limits that a `codex.rate_limits` event tells. One event is about one limit: that of the plan, unless it names another.
 *
 * @returns undefined for any other event, and for one that tells nothing.
 */
export function parseRateLimitEvent(event: unknown, now: number): RateLimits | undefined {
  const said = asRecord(event);
  if (said?.type !== 'codex.rate_limits') return undefined;
  const windows = readWindows(asRecord(said.rate_limits) ?? said, now);
  const limitName = readText(said.limit_name);
  const limitId = normalizeLimitId(readText(said.metered_limit_name) ?? limitName ?? PLAN_LIMIT);
  const limit: RateLimit = { limitId, ...(limitName !== undefined && { limitName }), ...windows };
  const rest = {
    credits: readCredits(said.credits),
    planType: readText(said.plan_type),
    reachedType: readReachedType(said.rate_limit_reached_type),
  };
  return toRateLimits([limit], rest, now);
}

/** What is known after both, of one answer: `newer` wins, value by value, and what it does not tell stays. */
export function mergeRateLimits(older: RateLimits | undefined, newer: RateLimits): RateLimits {
  const limits = new Map(older?.additional?.map((limit) => [limit.limitId, limit]));
  for (const limit of newer.additional ?? []) {
    const known = limits.get(limit.limitId);
    limits.set(limit.limitId, { ...known, ...limit, ...mergeWindows(known, limit) });
  }
  return {
    ...older,
    ...newer,
    ...mergeWindows(older, newer),
    ...(limits.size > 0 && { additional: [...limits.values()] }),
  };
}

type Windows = Pick<RateLimit, 'primary' | 'secondary'>;

function mergeWindows(older: Windows | undefined, newer: Windows): Windows {
  const primary = mergeWindow(older?.primary, newer.primary);
  const secondary = mergeWindow(older?.secondary, newer.secondary);
  return { ...(primary && { primary }), ...(secondary && { secondary }) };
}

/** Two of different lengths are not the same window, though they stand in the same place. */
function mergeWindow(older: RateLimitWindow | undefined, newer: RateLimitWindow | undefined) {
  if (!older || !newer) return newer ?? older;
  const before = older.windowMinutes;
  const isOther = before !== undefined && newer.windowMinutes !== undefined && before !== newer.windowMinutes;
  return isOther ? newer : { ...older, ...newer };
}

function readFamilies(headers: Record<string, string>, now: number): RateLimit[] {
  const families = new Set(Object.keys(headers).flatMap((name) => USED_PERCENT.exec(name)?.[1] ?? []));
  return [...families].map((family) => {
    const read = (window: string) => {
      const prefix = `x-${family}-${window}`;
      return readWindow(
        {
          usedPercent: headers[`${prefix}-used-percent`],
          windowMinutes: headers[`${prefix}-window-minutes`],
          resetAt: headers[`${prefix}-reset-at`],
          resetAfterSeconds: headers[`${prefix}-reset-after-seconds`],
        },
        now,
      );
    };
    const limitName = readText(headers[`x-${family}-limit-name`]);
    const [primary, secondary] = [read('primary'), read('secondary')];
    return {
      limitId: normalizeLimitId(family),
      ...(limitName !== undefined && { limitName }),
      ...(primary && { primary }),
      ...(secondary && { secondary }),
    };
  });
}

/** The values that are there. A limit without a window tells nothing. */
function toRateLimits(
  limits: RateLimit[],
  rest: { [Key in keyof RateLimits]?: RateLimits[Key] | undefined },
  now: number,
): RateLimits | undefined {
  const { primary, secondary } = limits.find(({ limitId }) => limitId === PLAN_LIMIT) ?? {};
  const additional = limits.filter((limit) => limit.limitId !== PLAN_LIMIT && (limit.primary || limit.secondary));
  const said = { primary, secondary, ...(additional.length > 0 && { additional }), ...rest };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return known.length > 0 ? { ...Object.fromEntries(known), observedAt: now } : undefined;
}
