import { describe, expect, it } from 'vitest';
import {
  mergeRateLimits,
  parseRateLimitEvent,
  parseRateLimitHeaders,
} from '../../src/codec/response/parse-rate-limits';

const NOW = 1_790_000_000_000;
const RESET = 1_790_003_600;
const RESETS_AT = RESET * 1000;

/** Headers of the plan's own limit. */
const plan = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`x-codex-${name}`, value]));

const USED = { 'primary-used-percent': '12', 'primary-window-minutes': '300', 'primary-reset-at': String(RESET) };
const WINDOW = { usedPercent: 12, windowMinutes: 300, resetsAt: RESETS_AT };
const NO_SECONDARY = {
  'secondary-used-percent': '0',
  'secondary-window-minutes': '0',
  'secondary-reset-after-seconds': '0',
  'secondary-reset-at': '',
};

describe('headers', () => {
  const CASES: [string, Record<string, string>, object][] = [
    ['one window', plan(USED), { primary: WINDOW }],
    [
      'a week as the first window, and an empty second',
      plan({ ...USED, 'primary-window-minutes': '10080', ...NO_SECONDARY }),
      { primary: { ...WINDOW, windowMinutes: 10_080 } },
    ],
    [
      'a second window alone',
      plan({ 'secondary-used-percent': '4.5', 'secondary-window-minutes': '10080' }),
      { secondary: { usedPercent: 4.5, windowMinutes: 10_080 } },
    ],
    [
      'a window of which nothing is used yet',
      plan({ 'primary-used-percent': '0', 'primary-window-minutes': '300', 'primary-reset-at': '' }),
      { primary: { usedPercent: 0, windowMinutes: 300 } },
    ],
    [
      'more than all of it',
      plan({ ...USED, 'primary-used-percent': '103' }),
      { primary: { ...WINDOW, usedPercent: 103 } },
    ],
    ['nothing but how much', plan({ 'primary-used-percent': '7' }), { primary: { usedPercent: 7 } }],
    [
      'a reset in seconds from now, where there is no time',
      plan({ ...USED, 'primary-reset-at': '', 'primary-reset-after-seconds': '60' }),
      { primary: { ...WINDOW, resetsAt: NOW + 60_000 } },
    ],
    [
      'a time rather than seconds from now',
      plan({ ...USED, 'primary-reset-after-seconds': '60' }),
      { primary: WINDOW },
    ],
    ['a time in milliseconds', plan({ ...USED, 'primary-reset-at': String(RESETS_AT) }), { primary: WINDOW }],
    ['an ISO date', plan({ ...USED, 'primary-reset-at': new Date(RESETS_AT).toISOString() }), { primary: WINDOW }],
    [
      'nonsense beside sense',
      plan({ 'primary-used-percent': ' 12 ', 'primary-window-minutes': 'soon', 'primary-reset-at': 'NaN' }),
      { primary: { usedPercent: 12 } },
    ],
    [
      'values that are out of this world',
      plan({ 'primary-used-percent': '12', 'primary-window-minutes': '-5', 'primary-reset-at': '9e99' }),
      { primary: { usedPercent: 12 } },
    ],
    [
      'a limit of a model beside that of the plan',
      {
        ...plan(USED),
        'x-codex-bengalfox-primary-used-percent': '80',
        'x-codex-bengalfox-primary-window-minutes': '300',
        'x-codex-bengalfox-primary-reset-at': String(RESET),
        'x-codex-bengalfox-secondary-used-percent': '0',
        'x-codex-bengalfox-limit-name': 'gpt-5.3-codex-spark',
      },
      {
        primary: WINDOW,
        additional: [
          {
            limitId: 'codex_bengalfox',
            limitName: 'gpt-5.3-codex-spark',
            primary: { ...WINDOW, usedPercent: 80 },
          },
        ],
      },
    ],
    [
      'a limit with a second window alone, of no family of ours',
      { 'x-code-review-secondary-used-percent': '3' },
      { additional: [{ limitId: 'code_review', secondary: { usedPercent: 3 } }] },
    ],
    [
      'a limit of whose windows none is left',
      { ...plan(USED), 'x-other-primary-used-percent': '0', 'x-other-limit-name': 'Other' },
      { primary: WINDOW },
    ],
    [
      'credits as Python writes them',
      plan({ 'credits-has-credits': 'True', 'credits-unlimited': 'False', 'credits-balance': '12.50' }),
      { credits: { hasCredits: true, unlimited: false, balance: '12.50' } },
    ],
    [
      'credits as numbers, and no balance',
      plan({ 'credits-has-credits': '0', 'credits-unlimited': '1', 'credits-balance': '' }),
      { credits: { hasCredits: false, unlimited: true } },
    ],
    [
      'one flag of the credits',
      plan({ 'credits-has-credits': 'true' }),
      { credits: { hasCredits: true, unlimited: false } },
    ],
    [
      'words beside the windows',
      plan({
        'plan-type': 'prolite',
        'active-limit': 'premium',
        'rate-limit-reached-type': 'workspace_member_credits_depleted',
        'promo-message': 'Ask for more at https://example.com',
        'primary-over-secondary-limit-percent': '0',
      }),
      {
        planType: 'prolite',
        activeLimit: 'premium',
        reachedType: 'workspace_member_credits_depleted',
        promoMessage: 'Ask for more at https://example.com',
      },
    ],
    [
      'a message that quotes a token',
      plan({ 'promo-message': 'hello Bearer abc123def' }),
      { promoMessage: 'hello Bearer [redacted]' },
    ],
    [
      'names that objects have anyway',
      { 'x-__proto__-primary-used-percent': '1', 'x-constructor-primary-used-percent': '2' },
      {
        additional: [
          { limitId: '__proto__', primary: { usedPercent: 1 } },
          { limitId: 'constructor', primary: { usedPercent: 2 } },
        ],
      },
    ],
  ];

  it.each(CASES)('%s', (_, headers, expected) => {
    const limits = parseRateLimitHeaders({ 'content-type': 'text/event-stream', ...headers }, NOW);
    expect(limits).toStrictEqual({ ...expected, observedAt: NOW });
    expect(JSON.parse(JSON.stringify(limits))).toStrictEqual(limits);
  });

  it.each([
    ['none of them', {}],
    ['no window', plan({ 'primary-used-percent': '0', ...NO_SECONDARY })],
    ['a window without its use', plan({ 'primary-window-minutes': '300', 'primary-reset-at': String(RESET) })],
    ['a use that is no number', plan({ ...USED, 'primary-used-percent': '12%' })],
    ['a use below nothing', plan({ ...USED, 'primary-used-percent': '-1' })],
    ['an empty use', plan({ ...USED, 'primary-used-percent': '' })],
    ['empty words', plan({ 'plan-type': '', 'active-limit': ' ', 'promo-message': '' })],
    ['a balance without its flags', plan({ 'credits-balance': '5', 'credits-has-credits': 'maybe' })],
    ['a name alone', plan({ 'limit-name': 'Codex' })],
  ])('tell nothing: %s', (_, headers) => {
    expect(parseRateLimitHeaders({ 'x-request-id': 'r', ...headers }, NOW)).toBeUndefined();
  });
});

describe('the event', () => {
  const event = (fields: object) => ({ type: 'codex.rate_limits', ...fields });
  const primary = { used_percent: 12, window_minutes: 300, reset_at: RESET };

  it.each<[string, object, object]>([
    [
      'in full',
      {
        plan_type: 'plus',
        rate_limits: {
          allowed: true,
          limit_reached: false,
          primary,
          secondary: { ...primary, window_minutes: 10_080 },
        },
        credits: { has_credits: false, unlimited: false, balance: null },
      },
      {
        primary: WINDOW,
        secondary: { ...WINDOW, windowMinutes: 10_080 },
        planType: 'plus',
        credits: { hasCredits: false, unlimited: false },
      },
    ],
    ['with windows that are null', { rate_limits: { primary, secondary: null }, credits: null }, { primary: WINDOW }],
    ['flat', { primary, secondary: null }, { primary: WINDOW }],
    [
      'with texts for numbers',
      { rate_limits: { primary: { used_percent: '12', reset_at: String(RESET) } } },
      {
        primary: { usedPercent: 12, resetsAt: RESETS_AT },
      },
    ],
    [
      'with seconds from now',
      { rate_limits: { primary: { used_percent: 1, reset_after_seconds: 5 } } },
      {
        primary: { usedPercent: 1, resetsAt: NOW + 5000 },
      },
    ],
    [
      'about another limit',
      { metered_limit_name: 'codex-bengalfox', limit_name: 'Spark', rate_limits: { primary }, plan_type: 'pro' },
      { additional: [{ limitId: 'codex_bengalfox', limitName: 'Spark', primary: WINDOW }], planType: 'pro' },
    ],
    [
      'about a limit that has a name alone',
      { limit_name: 'Spark', rate_limits: { primary } },
      { additional: [{ limitId: 'spark', limitName: 'Spark', primary: WINDOW }] },
    ],
    ["about the plan's own, by name", { metered_limit_name: 'codex', rate_limits: { primary } }, { primary: WINDOW }],
    [
      'about a limit that is reached',
      { rate_limits: { primary }, rate_limit_reached_type: { type: 'rate_limit_reached' } },
      { primary: WINDOW, reachedType: 'rate_limit_reached' },
    ],
    [
      'with a balance that is a number',
      { credits: { has_credits: true, unlimited: false, balance: 12.5 } },
      {
        credits: { hasCredits: true, unlimited: false, balance: '12.5' },
      },
    ],
    ['without windows', { plan_type: 'plus', rate_limits: null }, { planType: 'plus' }],
  ])('%s', (_, fields, expected) => {
    expect(parseRateLimitEvent(event(fields), NOW)).toStrictEqual({ ...expected, observedAt: NOW });
  });

  it.each<[string, unknown]>([
    ['nothing in it', event({})],
    ['windows without content', event({ rate_limits: { primary: {}, secondary: [] } })],
    ['another limit without a window', event({ metered_limit_name: 'other', rate_limits: {} })],
    ['nonsense', event({ rate_limits: 'full', credits: 3, plan_type: {} })],
    ['another event', { type: 'response.created', rate_limits: { primary } }],
    ['no event', 'codex.rate_limits'],
    ['null', null],
  ])('tells nothing: %s', (_, given) => {
    expect(parseRateLimitEvent(given, NOW)).toBeUndefined();
  });
});

describe('two of them', () => {
  const at = (observedAt: number, fields: object = {}) => ({ observedAt, ...fields });

  it('make the newer, when there is no older', () => {
    expect(mergeRateLimits(undefined, at(2, { primary: WINDOW }))).toStrictEqual(at(2, { primary: WINDOW }));
  });

  it('make what is known after both, value by value', () => {
    const window = { usedPercent: 12, windowMinutes: 300, resetsAt: 5 };
    const older = at(1, { primary: window, secondary: { usedPercent: 3 }, planType: 'plus' });
    const newer = at(2, { primary: { usedPercent: 13 } });
    expect(mergeRateLimits(older, newer)).toStrictEqual(
      at(2, { primary: { ...window, usedPercent: 13 }, secondary: { usedPercent: 3 }, planType: 'plus' }),
    );
    expect(older).toStrictEqual(at(1, { primary: window, secondary: { usedPercent: 3 }, planType: 'plus' }));
    const sameLength = at(2, { primary: { usedPercent: 14, windowMinutes: 300 } });
    expect(mergeRateLimits(older, sameLength).primary).toStrictEqual({ ...window, usedPercent: 14 });
    expect(mergeRateLimits(newer, older).primary).toStrictEqual(window);
  });

  it('say nothing of each other where the window of a place is another one', () => {
    const older = at(1, { primary: { usedPercent: 12, windowMinutes: 300, resetsAt: 5 } });
    const newer = at(2, { primary: { usedPercent: 1, windowMinutes: 10_080 } });
    expect(mergeRateLimits(older, newer)).toStrictEqual(newer);
  });

  it('keep further limits apart by their ids', () => {
    const primary = { usedPercent: 1, windowMinutes: 300 };
    const spark = { limitId: 'spark', limitName: 'Spark', primary, secondary: { usedPercent: 2 } };
    const other = { limitId: 'other', primary: { usedPercent: 5 } };
    const older = at(1, { additional: [spark] });
    const newer = at(2, { additional: [other, { limitId: 'spark', primary: { usedPercent: 9 } }] });
    expect(mergeRateLimits(older, newer)).toStrictEqual(
      at(2, { additional: [{ ...spark, primary: { ...primary, usedPercent: 9 } }, other] }),
    );
    expect(mergeRateLimits(older, at(2))).toStrictEqual(at(2, { additional: [spark] }));
  });
});
