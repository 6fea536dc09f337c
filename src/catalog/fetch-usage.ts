import { asRecord, parseJson } from '../shared/json';
import type { RateLimit, RateLimits } from '../shared/rate-limits';
import {
  normalizeLimitId,
  readBoolean,
  readCredits,
  readReachedType,
  readText,
  readWindows,
} from '../shared/read-rate-limits';
import { HttpFailure } from '../shared/request-errors';
import type { Runtime } from '../shared/runtime';
import type { BackendGet } from './backend-get';

/** What the plan of the account has left. */
export interface CodexUsage {
  planType?: string;
  accountId?: string;
  userId?: string;
  email?: string;
  /** Whether the backend takes calls now. */
  allowed?: boolean;
  /** Whether a limit is used up. */
  limitReached?: boolean;
  /** Windows, further limits (code review among them, as `code_review`) and credits. */
  rateLimits: RateLimits;
}

/** What is kept of an answer that is none. */
const MAX_BODY = 64 * 1024;

export interface UsageOptions {
  signal?: AbortSignal | undefined;
}

/**
 * Asks `wham/usage`, which lies beside the `codex` segment of the base URL.
 *
 * @throws what `get` throws; {@link HttpFailure} for an answer that tells no usage.
 */
export async function fetchUsage(
  get: BackendGet,
  baseURL: string,
  runtime: Pick<Runtime, 'now'>,
  { signal }: UsageOptions = {},
): Promise<CodexUsage> {
  const { status, headers, body } = await get(usageURL(baseURL), { signal });
  const usage = parseUsage(parseJson(body), runtime.now());
  if (!usage) throw new HttpFailure({ status, headers, body: body.slice(0, MAX_BODY) });
  return usage;
}

/**
 * `wham/usage` in the place of the last `codex` segment. Of a base URL without one, such as that of a proxy, the last
 * segment stands for it.
 */
export function usageURL(baseURL: string): string {
  const { origin, pathname } = new URL(baseURL);
  const segments = pathname.split('/').filter(Boolean);
  const codex = segments.lastIndexOf('codex');
  const above = segments.slice(0, codex === -1 ? -1 : codex);
  return [origin, ...above, 'wham', 'usage'].join('/');
}

/** Undefined for what tells nothing. */
function parseUsage(answer: unknown, now: number): CodexUsage | undefined {
  const said = asRecord(answer) ?? {};
  const limit = asRecord(said.rate_limit);
  const additional = [...additionalOf(said.code_review_rate_limit, 'code_review', now), ...additionalLimits(said, now)];
  const planType = readText(said.plan_type);
  const rateLimits = known({
    ...readWindows(limit, now),
    additional: additional.length > 0 ? additional : undefined,
    credits: readCredits(said.credits),
    planType,
    reachedType: readReachedType(said.rate_limit_reached_type),
    promoMessage: readText(asRecord(said.promo)?.message ?? said.promo),
  });
  const state = known({ allowed: readBoolean(limit?.allowed), limitReached: readBoolean(limit?.limit_reached) });
  if (Object.keys({ ...rateLimits, ...state }).length === 0) return undefined;
  return {
    ...known({
      planType,
      accountId: readText(said.account_id),
      userId: readText(said.user_id),
      email: readText(said.email),
    }),
    ...state,
    rateLimits: { ...rateLimits, observedAt: now },
  };
}

function additionalLimits({ additional_rate_limits }: Record<string, unknown>, now: number): RateLimit[] {
  if (!Array.isArray(additional_rate_limits)) return [];
  return additional_rate_limits.flatMap((value: unknown) => {
    const limit = asRecord(value);
    const limitName = readText(limit?.limit_name);
    const limitId = readText(limit?.metered_feature) ?? readText(limit?.metered_limit_name) ?? limitName;
    return limitId === undefined ? [] : additionalOf(limit?.rate_limit ?? limit, limitId, now, limitName);
  });
}

/** A limit without a window tells nothing. */
function additionalOf(value: unknown, limitId: string, now: number, limitName?: string): RateLimit[] {
  const windows = readWindows(value, now);
  if (!windows.primary && !windows.secondary) return [];
  return [{ limitId: normalizeLimitId(limitId), ...known({ limitName }), ...windows }];
}

/** The values that are there. */
function known<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}
