import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { drawBar } from '../../src/cli/bars';
import type { CodexEmulatorOptions } from '../../src/testing/emulator';
import { hasAnsi, type RunOptions, startCliWorld } from './cli-world';

type Limits = NonNullable<CodexEmulatorOptions['rateLimits']>;

const HOUR = 3600;
const DAY = 24 * HOUR;
const PLAN: Limits = {
  primary: { usedPercent: 12, windowMinutes: 300, resetsInSeconds: 2 * HOUR + 5 },
  secondary: { usedPercent: 85.5, windowMinutes: 10_080, resetsInSeconds: 3 * DAY + 5 },
};

/** A world with somebody logged in, and `usage` as a person calls it there. */
async function setUp(rateLimits: Limits = PLAN) {
  const world = await startCliWorld({ rateLimits });
  const login = world.emulator.login();
  world.secrets.add(login.accessToken).add(login.refreshToken ?? '');
  await world.store.update('default', async () => login);
  const show = async (options: RunOptions = {}, ...more: string[]) => {
    const { code, stdout, stderr } = await world.run(['usage', ...more], options);
    return {
      code,
      stderr,
      stdout,
      plain: stripVTControlCharacters(stdout).replace(/\d+ \w+ \d{4}, \d\d:\d\d/g, 'DATE'),
    };
  };
  return { ...world, show };
}

const ON_80 = { tty: ['stdout'], columns: 80 } as const;
const ON_40 = { tty: ['stdout'], columns: 40 } as const;

it('draws the windows of the plan by their lengths, on 80 columns', async () => {
  const { show, emulator, leaks } = await setUp();
  const { code, plain, stdout } = await show(ON_80);
  expect(code).toBe(0);
  expect(plain).toMatchInlineSnapshot(`
    "Plan: plus (user@example.com)
      5-hour      ██░░░░░░░░░░░░░░   12 %  resets DATE (in 2 hours)
      weekly      ██████████████░░   85 %  resets DATE (in 3 days)
    Credits: none
    "
  `);
  expect(
    Math.max(
      ...plain
        .replaceAll('DATE', '21 Sept 2026, 18:16')
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80);
  expect(hasAnsi(stdout)).toBe(true);
  expect(plain).not.toMatch(/primary|secondary/);
  expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /backend-api/wham/usage']);
  expect(leaks()).toEqual([]);
});

it('goes below each other on 40 columns', async () => {
  const { show } = await setUp();
  const { plain } = await show(ON_40);
  expect(plain).toMatchInlineSnapshot(`
    "Plan: plus (user@example.com)
      5-hour
        ██░░░░░░░░░░░░░░  12 %
        resets DATE (in 2
        hours)
      weekly
        ██████████████░░  85 %
        resets DATE (in 3
        days)
    Credits: none
    "
  `);
});

it('draws with ASCII and without colours where it goes into a file, and on the Linux console', async () => {
  const { show } = await setUp();
  const piped = await show();
  expect(piped.stdout).toContain('\n  5-hour      [##------------]   12 %  resets ');
  expect([hasAnsi(piped.stdout), /[^\n\x20-\x7e]/.test(piped.stdout)]).toEqual([false, false]);
  const console = await show({ ...ON_80, env: { TERM: 'linux', NO_COLOR: '1' } });
  expect(console.stdout).toBe(piped.stdout);
});

it('uses no colour with NO_COLOR, and bars all the same', async () => {
  const { show } = await setUp();
  const { stdout } = await show({ ...ON_80, env: { NO_COLOR: '1' } });
  expect(hasAnsi(stdout)).toBe(false);
  expect(stdout).toContain('██░░░░░░░░░░░░░░');
});

it('shows further limits and credits', async () => {
  const { show } = await setUp({
    ...PLAN,
    additional: [
      { limitId: 'code_review', primary: { usedPercent: 0, windowMinutes: 10_080, resetsInSeconds: DAY + 5 } },
      {
        limitId: 'codex_bengalfox',
        limitName: 'gpt-5.3-codex-spark',
        primary: { usedPercent: 50, windowMinutes: 90, resetsInSeconds: 65 },
        secondary: { usedPercent: 1, windowMinutes: 2880, resetsInSeconds: DAY + 5 },
      },
    ],
    credits: { hasCredits: true, balance: '12.50' },
    promoMessage: 'More is to be had.',
  });
  const { plain } = await show(ON_80);
  expect(plain).toMatchInlineSnapshot(`
    "Plan: plus (user@example.com)
      5-hour      ██░░░░░░░░░░░░░░   12 %  resets DATE (in 2 hours)
      weekly      ██████████████░░   85 %  resets DATE (in 3 days)
    code review
      weekly      ░░░░░░░░░░░░░░░░    0 %  resets DATE (in 1 day)
    gpt-5.3-codex-spark
      90-minute   ████████░░░░░░░░   50 %  resets DATE (in 1 minute)
      2-day       █░░░░░░░░░░░░░░░    1 %  resets DATE (in 1 day)
    Credits: 12.50
    More is to be had.
    "
  `);
});

it.each<[string, Limits, string]>([
  [
    'by the window that is used up',
    { ...PLAN, primary: { usedPercent: 100, windowMinutes: 300, resetsInSeconds: HOUR + 5 } },
    'The limit is reached: 5-hour window used up; it resets DATE (in 1 hour).',
  ],
  [
    'by who can do something about it',
    { ...PLAN, reachedType: 'workspace_member_credits_depleted' },
    'The limit is reached. The workspace has no credits left: ask its owner to add some.',
  ],
  ['by a word that nobody knows', { ...PLAN, reachedType: 'moon_phase' }, 'The limit is reached: moon_phase.'],
])('says in red that the limit is reached, %s', async (_, limits, sentence) => {
  const { show } = await setUp(limits);
  const { plain, stdout } = await show({ tty: ['stdout'], columns: 200 });
  expect(plain.split('\n').slice(1, 3).join(' ')).toContain(sentence);
  expect(stdout).toContain('\u001b[31mThe limit is reached');
});

it('says of a reset in the past that it was to be, and nothing of times that cannot be', async () => {
  const { show, emulator, now } = await setUp();
  const seconds = Math.floor(now() / 1000);
  const full = { used_percent: 100, limit_window_seconds: 5 * HOUR };
  const usage = (primary_window: Record<string, number>) => ({
    plan_type: 'plus',
    rate_limit: { limit_reached: true, primary_window },
  });
  emulator.usageReply({ body: usage({ ...full, reset_at: seconds - 2 * HOUR }) });
  const past = (await show({ tty: ['stdout'], columns: 200 })).plain;
  expect(past.replaceAll('\n', ' ')).toContain('5-hour window used up; it was to reset DATE (2 hours ago).');
  emulator.usageReply({ body: usage({ ...full, reset_at: seconds + 400 * DAY, limit_window_seconds: 1e12 }) });
  expect((await show()).stdout).toBe(
    'Plan: plus\nThe limit is reached: window used up.\n  window      [##############]  100 %\n',
  );
  emulator.usageReply({ body: usage({ used_percent: 1, limit_window_seconds: 20 }) });
  expect((await show()).stdout).toMatch(/\n {2}short {7}\[/);
});

it('says that the backend told of no window', async () => {
  const { show, emulator } = await setUp();
  emulator.usageReply({ body: { plan_type: 'free' } });
  expect((await show()).stdout).toBe('Plan: free\nThe backend told of no window.\n');
});

it('prints what the backend says without controls and secrets', async () => {
  const { show, emulator } = await setUp();
  const limit_name = 'Spark\u001b[31m\u202e Bearer abc123def';
  const rate_limit = { primary_window: { used_percent: 1 } };
  emulator.usageReply({ body: { plan_type: 'a\nb', additional_rate_limits: [{ limit_name, rate_limit }] } });
  const { stdout } = await show();
  expect(stdout).toContain('Plan: a b\n');
  expect(stdout).toContain('\nSpark[31m Bearer [redacted]\n  window ');
});

it('prints one JSON object with --json', async () => {
  const { show, emulator, now } = await setUp();
  const { code, stdout } = await show({}, '--json');
  expect(code).toBe(0);
  const resetsAt = (seconds: number) => (Math.floor(now() / 1000) + seconds) * 1000;
  const { rateLimits, ...account } = JSON.parse(stdout);
  expect(account).toEqual({
    planType: 'plus',
    accountId: emulator.login().accountId,
    userId: 'user-emulated',
    email: 'user@example.com',
    allowed: true,
    limitReached: false,
  });
  expect(rateLimits).toMatchObject({
    primary: { usedPercent: 12, windowMinutes: 300, resetsAt: expect.closeTo(resetsAt(2 * HOUR + 5), -5) },
    secondary: { usedPercent: 85.5, windowMinutes: 10_080 },
    credits: { hasCredits: false, unlimited: false },
    planType: 'plus',
  });
});

it('asks with the login of another profile', async () => {
  const { show, store, emulator } = await setUp();
  await store.update('work', async () =>
    emulator.login({ accountId: 'acct-work', email: 'work@example.com', planType: 'team' }),
  );
  expect((await show({}, '--profile', 'work')).stdout).toContain('Plan: team (work@example.com)\n');
  expect(emulator.requests.at(-1)?.headers['chatgpt-account-id']).toBe('acct-work');
});

it('ends with 1 and the command to log in when nobody is logged in; asks nobody', async () => {
  const { run, emulator } = await startCliWorld();
  const { code, stdout, stderr } = await run(['usage']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('npx ai-sdk-codex login');
  expect(emulator.requests).toEqual([]);
});

it('ends with 1 and what the backend said when it refuses', async () => {
  const { show, emulator } = await setUp();
  emulator.usageReply({ status: 402, body: { detail: { code: 'deactivated_workspace' } } });
  const { code, stdout, stderr } = await show();
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: .*workspace/m);
  emulator.usageReply({ body: 'nonsense' });
  const json = await show({}, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout).error.message).toContain('came in place of an answer of the Codex backend');
});

it.each([
  [0, '[----------]'],
  [0.1, '[#---------]'],
  [50, '[#####-----]'],
  [99.9, '[#########-]'],
  [100, '[##########]'],
  [250, '[##########]'],
])('draws %d percent', (percent, bar) => {
  expect(drawBar({ percent, width: 12, isAscii: true })).toBe(bar);
});
