import { asRecord } from '../shared/json';
import { checkKeys, nameOf } from './check-keys';
import type { AdditionalRateLimit, RateLimitState, RateLimitWindow } from './script';

const LIMIT_KEYS = Object.keys({
  primary: 1,
  secondary: 1,
  additional: 1,
  credits: 1,
  planType: 1,
  activeLimit: 1,
  reachedType: 1,
  promoMessage: 1,
} satisfies Record<keyof RateLimitState, 1>);

const ADDITIONAL_KEYS = Object.keys({
  limitId: 1,
  limitName: 1,
  primary: 1,
  secondary: 1,
} satisfies Record<keyof AdditionalRateLimit, 1>);

const WINDOW_KEYS = Object.keys({
  usedPercent: 1,
  windowMinutes: 1,
  resetsInSeconds: 1,
} satisfies Record<keyof RateLimitWindow, 1>);

const CREDITS_KEYS = Object.keys({
  hasCredits: 1,
  unlimited: 1,
  balance: 1,
} satisfies Record<keyof NonNullable<RateLimitState['credits']>, 1>);

/**
 * Checks the keys of a state of limits: a misspelt one would leave a client without the limit that its test is about.
 *
 * @throws {@link TypeError} that names what is wrong and what was probably meant.
 */
export function checkRateLimits(limits: unknown): asserts limits is RateLimitState {
  const state = asRecord(limits);
  if (!state) throw new TypeError(`rateLimits is an object, not ${nameOf(limits)}.`);
  checkKeys(state, LIMIT_KEYS, 'rateLimits');
  const { additional = [], credits = {} } = state;
  if (!Array.isArray(additional)) throw new TypeError(`additional of rateLimits is a list, not ${nameOf(additional)}.`);
  checkKeys(asRecord(credits) ?? {}, CREDITS_KEYS, 'credits of rateLimits');
  checkWindows(state, 'rateLimits');
  for (const [index, limit] of additional.entries()) {
    const place = `additional[${index}] of rateLimits`;
    const described = asRecord(limit);
    if (typeof described?.limitId !== 'string') throw new TypeError(`${place} has no limitId.`);
    checkKeys(described, ADDITIONAL_KEYS, place);
    checkWindows(described, place);
  }
}

function checkWindows(limit: Record<string, unknown>, place: string): void {
  for (const name of ['primary', 'secondary']) {
    if (limit[name] === undefined) continue;
    const window = asRecord(limit[name]);
    if (!window) throw new TypeError(`${name} of ${place} is an object, not ${nameOf(limit[name])}.`);
    checkKeys(window, WINDOW_KEYS, `${name} of ${place}`);
  }
}
