import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type BrowserLoginOptions, loginWithBrowser } from '../../../src/auth/node/login-with-browser';
import { memoryAuthStore } from '../../../src/stores/memory-store';
import type { CodexEmulatorOptions } from '../../../src/testing/emulator';
import { startWorld } from '../login-world';

const REGISTERED = /(localhost|127\.0\.0\.1)(:|%3A)\d+(?=\/auth\/callback|%2Fauth%2Fcallback)/g;

/** The issuer knows two ports alone; tests of one machine must not fight over them, so each has its own. */
function asRegistered(text: string): string {
  return text.replace(REGISTERED, '$1$21455');
}

/** A world in which a person logs in with a browser: the fetch of the test is the browser. */
export async function startBrowserWorld(options: CodexEmulatorOptions = {}) {
  const world = await startWorld(options);
  const store = memoryAuthStore();
  const opened: string[] = [];
  const redirectUris: (string | null)[] = [];
  const fetch: typeof world.runtime.fetch = (input, init = {}) => {
    const body = String(init.body ?? '');
    if (body.includes('redirect_uri')) redirectUris.push(new URLSearchParams(body).get('redirect_uri'));
    return world.runtime.fetch(input, { ...init, ...(init.body && { body: asRegistered(body) }) });
  };
  const runtime = { ...world.runtime, fetch };

  /** Follows the authorization page to where it sends the browser, without going there. */
  const authorize = async (url: string): Promise<string> => {
    const { host } = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
    const response = await globalThis.fetch(asRegistered(url), { redirect: 'manual' });
    const ended = new URL(response.headers.get('location') ?? '');
    world.secrets.add(ended.searchParams.get('code') ?? 'no code');
    ended.host = host;
    return ended.href;
  };

  /** Starts a login and waits until it shows its address. It is ended with the test. */
  const start = async (more: Partial<BrowserLoginOptions> = {}) => {
    const end = new AbortController();
    onTestFinished(() => end.abort(new Error('the test is over')));
    let onUrl: (url: string) => void = () => {};
    const shown = new Promise<string>((resolve) => {
      onUrl = resolve;
    });
    const common = { authStore: store, issuer: world.issuer, logger: world.logger, signal: end.signal };
    const show = (url: string) => {
      onUrl(url);
      more.onUrl?.(url);
    };
    const openBrowser = (url: string) => void opened.push(url);
    const options = { ...common, ports: [0], openBrowser, ...more, onUrl: show };
    const login = loginWithBrowser(options, { runtime });
    login.catch(() => {});
    const url = await Promise.race([shown, login.then(() => '')]);
    const { searchParams } = new URL(url);
    const redirectUri = searchParams.get('redirect_uri') ?? '';
    const state = searchParams.get('state') ?? '';
    world.secrets.add(state);
    return { login, url, state, redirectUri, port: Number(new URL(redirectUri).port) };
  };

  return { ...world, runtime, store, opened, redirectUris, authorize, start };
}

/** What a browser shows at an address. */
export async function visit(url: string) {
  const response = await globalThis.fetch(url, { redirect: 'manual' });
  const body = await response.text();
  return { status: response.status, body, title: /<h1>(.*)<\/h1>/.exec(body)?.[1] };
}

/** Another program at a port of 127.0.0.1, or of another address. */
export async function occupy(options: { host?: string; port?: number; answer?: RequestListener } = {}) {
  const { host = '127.0.0.1', port = 0, answer } = options;
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  server.listen({ host, port });
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, paths, close };
}

/** A port at which nothing listens. */
export async function freePort(): Promise<number> {
  const { port, close } = await occupy();
  await close();
  return port;
}
