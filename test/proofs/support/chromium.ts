import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

// No network but loopback: nothing is looked up, reported, updated or synchronised.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium of the system, headless and with a profile of its own. @throws when there is none. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: ARGS });
}

function findChromium(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  const found = folders.map((folder) => join(folder, 'chromium')).find(isExecutable);
  if (found) return found;
  throw new Error(
    'Chromium is missing, and the login pages are proved in a real browser (Debian: apt-get install chromium).',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface WatchedPage {
  page: Page;
  /** What the browser complained about: console errors and warnings, policy violations, exceptions, failed requests. */
  complaints: string[];
  /** The address of every request, in order. */
  requested: string[];
}

/** A page of a fresh context, whose complaints are kept. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => requested.push(request.url()));
  return { page, complaints, requested };
}

/** How well the words and the mark can be seen: contrast ratios by WCAG, as the browser computed the colours. */
export function contrasts(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const card = luminance(getComputedStyle(document.querySelector('main') as Element).backgroundColor);
    const ratio = (selector: string) => {
      const own = luminance(getComputedStyle(document.querySelector(selector) as Element).color);
      return (Math.max(own, card) + 0.05) / (Math.min(own, card) + 0.05);
    };
    return Object.fromEntries(['h1', 'p', 'footer', 'svg'].map((selector) => [selector, ratio(selector)]));
  });
}
