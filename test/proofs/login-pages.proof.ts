import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openCallbackServer } from '../../src/auth/node/callback-server';
import type { LoginPage } from '../../src/auth/node/login-pages';
import { loginWithBrowser } from '../../src/auth/node/login-with-browser';
import { silentLogger } from '../../src/shared/logger';
import { createRuntime } from '../../src/shared/runtime';
import { memoryAuthStore } from '../../src/stores/memory-store';
import { type CodexEmulatorOptions, startCodexEmulator } from '../../src/testing/emulator';
import { contrasts, openPage, startChromium, type WatchedPage } from './support/chromium';

const STATE = 'state-of-the-proof-0123456789abcdefghijklmno';
const SCHEMES = ['light', 'dark'] as const;
const PHONE = { width: 360, height: 640 };

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

async function screenshot(page: Page, name: string) {
  const folder = process.env.PROOF_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What holds for every page that a person sees. */
async function expectGoodPage({ page, complaints, requested }: WatchedPage) {
  expect(complaints).toEqual([]);
  expect(requested.filter((url) => !/^http:\/\/(localhost|127\.0\.0\.1):\d+\//.test(url))).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  expect(await page.locator('script, link, img, iframe, form, a').count()).toBe(0);
  // Only with the hash of the policy right is there a card at all.
  expect(await page.locator('main').evaluate((card) => getComputedStyle(card).borderTopLeftRadius)).toBe('16px');
  const { svg, ...words } = await contrasts(page);
  expect(svg).toBeGreaterThanOrEqual(3);
  for (const ratio of Object.values(words)) expect(ratio).toBeGreaterThanOrEqual(4.5);
  for (const viewport of [{ width: 1280, height: 800 }, PHONE]) {
    await page.setViewportSize(viewport);
    const { scrollWidth, scrollHeight } = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { scrollWidth, scrollHeight };
    });
    expect(scrollWidth).toBeLessThanOrEqual(viewport.width);
    expect(scrollHeight).toBeLessThanOrEqual(viewport.height);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** A whole login: the issuer's page sends the browser back to the ports of every day. */
async function logIn(options: CodexEmulatorOptions, colorScheme: 'light' | 'dark') {
  const emulator = await startCodexEmulator(options);
  onTestFinished(() => emulator.close());
  const watched = await openPage(browser, { colorScheme });
  onTestFinished(() => watched.page.context().close());
  const authStore = memoryAuthStore();
  let visited: Promise<unknown> = Promise.resolve();
  const openBrowser = (url: string) => {
    visited = watched.page.goto(url);
  };
  const outcome = await loginWithBrowser({ authStore, issuer: emulator.issuer, openBrowser }).then(
    (credentials) => ({ credentials }),
    (error: unknown) => ({ error }),
  );
  await visited;
  return { ...watched, outcome, stored: await authStore.read('default') };
}

describe.each(SCHEMES)('a login in Chromium, %s', (scheme) => {
  test('ends at a page that says so, and the address shows no token', async () => {
    const { outcome, stored, ...watched } = await logIn({}, scheme);
    const { page } = watched;
    expect(outcome).toEqual({ credentials: stored });
    expect(await page.title()).toBe('You are logged in - ai-sdk-codex');
    expect(await page.locator('p').textContent()).toBe('You can close this window and go back to your app.');
    await expectGoodPage(watched);
    await screenshot(page, `login-${scheme}`);
    expect(new URL(page.url()).origin).toMatch(/^http:\/\/localhost:145[57]$/);
    const seen = [...watched.requested, page.url(), await page.content()].join('\n');
    for (const token of [stored?.accessToken, stored?.refreshToken, stored?.idToken]) {
      expect(token).toBeTruthy();
      expect(seen).not.toContain(token);
    }
    expect(await page.content()).not.toMatch(/code=|state=/);
  });

  test('that is denied with HTML in the reason ends at a page of ours alone', async () => {
    const denial = '<script>document.title="owned"</script><img src=x onerror=alert(1)>';
    const { outcome, stored, ...watched } = await logIn({ oauth: { authorize: 'deny', denial } }, scheme);
    expect(outcome).toMatchObject({ error: { code: 'access_denied' } });
    expect(stored).toBeUndefined();
    expect(await watched.page.title()).toBe('The login was denied - ai-sdk-codex');
    await expectGoodPage(watched);
    await screenshot(watched.page, `denied-${scheme}`);
  });
});

const OUTCOMES: LoginPage[] = [
  'success',
  'denied',
  'not_enabled',
  'region',
  'not_saved',
  'failed',
  'used',
  'cancelled',
  'other_login',
  'not_here',
];

describe.each(SCHEMES)('every page, %s', (colorScheme) => {
  test.each(OUTCOMES)('%s', async (name) => {
    const runtime = createRuntime();
    const { signal } = new AbortController();
    const server = await openCallbackServer({ ports: [0], state: STATE, runtime, logger: silentLogger, signal });
    if (!server) throw new Error('no port');
    onTestFinished(() => server.close());
    const watched = await openPage(browser, { colorScheme, viewport: PHONE });
    const { page } = watched;
    onTestFinished(() => page.context().close());
    const visited = page.goto(`http://localhost:${server.port}/auth/callback?code=x&state=${STATE}`);
    await server.answer;
    await server.finish(name);
    await visited;
    await screenshot(page, `${name}-${colorScheme}-phone`);
    // A status of 400 or 404 is itself a line on the console of Chromium.
    const isStatus = /^Failed to load resource: the server responded with a status of 40[04]/;
    await expectGoodPage({ ...watched, complaints: watched.complaints.filter((text) => !isStatus.test(text)) });
  });
});

test('a page of another origin can neither frame the listener nor read it nor end the login', async () => {
  const emulator = await startCodexEmulator();
  onTestFinished(() => emulator.close());
  const runtime = createRuntime();
  const { signal } = new AbortController();
  const server = await openCallbackServer({ ports: [0], state: STATE, runtime, logger: silentLogger, signal });
  if (!server) throw new Error('no port');
  onTestFinished(() => server.close());
  const { page, complaints } = await openPage(browser, {});
  onTestFinished(() => page.context().close());
  const answers: string[] = [];
  page.on('response', (response) => answers.push(`${response.status()} ${new URL(response.url()).pathname}`));
  await page.goto(`${emulator.issuer}/codex/device`);
  const base = `http://localhost:${server.port}`;
  const reached = await page.evaluate(async (address) => {
    const outcome = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        () => 'refused',
      );
    const frame = document.body.appendChild(document.createElement('iframe'));
    const framed = new Promise((resolve) => frame.addEventListener('load', resolve));
    frame.src = `${address}/auth/callback?code=x&state=guess`;
    await framed;
    const image = new Image();
    const loaded = new Promise((resolve) => image.addEventListener('error', resolve));
    image.src = `${address}/cancel`;
    await loaded;
    return {
      frame: frame.contentDocument === null ? 'closed' : frame.contentDocument.body.textContent,
      read: await outcome(fetch(`${address}/auth/callback?code=x&state=guess`)),
      cancel: await outcome(fetch(`${address}/cancel`, { mode: 'no-cors' })),
    };
  }, base);
  expect(reached).toMatchObject({ frame: 'closed', read: 'refused', cancel: 'done' });
  expect(complaints.join('\n')).toContain('frame-ancestors');
  // That of the image Chromium keeps to itself.
  await expect.poll(() => answers).toContain('403 /cancel');
  expect(server.isAnswered).toBe(false);
});
