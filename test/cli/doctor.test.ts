import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CodexEmulatorOptions } from '../../src/testing/emulator';
import { hasAnsi, type RunOptions, startCliWorld } from './cli-world';

const MINUTE = 60_000;
const EMAIL = 'jane.doe@mail.example.com';
const ACCOUNT = '11111111-2222-4333-8444-555555555555';

interface Report {
  ok: boolean;
  checks: { name: string; state: string; message: string; next?: string }[];
}

/** Somebody logged in, and the report as a program reads it. */
async function startDoctor({ loggedIn = true, ...options }: CodexEmulatorOptions & { loggedIn?: boolean } = {}) {
  const world = await startCliWorld(options);
  const login = world.emulator.login({ email: EMAIL, accountId: ACCOUNT });
  for (const token of [login.accessToken, login.refreshToken, login.idToken]) world.secrets.add(token ?? 'no token');
  if (loggedIn) await world.store.update('default', async () => login);
  const printed: string[] = [];
  const examine = async (run: RunOptions = {}, argv: string[] = []) => {
    const { code, stdout, stderr } = await world.run(['doctor', '--json', ...argv], run);
    printed.push(stdout);
    const report = JSON.parse(stdout) as Report;
    const find = (name: string) => report.checks.find((check) => check.name === name);
    return { code, stdout, stderr, report, find, states: statesOf(report) };
  };
  return { ...world, login, examine, printed };
}

const statesOf = ({ checks }: Report) => Object.fromEntries(checks.map(({ name, state }) => [name, state]));

const FINE = {
  versions: 'ok',
  environment: 'ok',
  network: 'ok',
  login: 'ok',
  store: 'ok',
  issuer: 'ok',
  backend: 'ok',
  clock: 'ok',
  models: 'ok',
  usage: 'ok',
};

/** The address of a server that answers everything so. */
async function answering(status: number, headers: Record<string, string>, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nobody listens any more. */
async function nobody(): Promise<string> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('where all is well', () => {
  it('finds no problem, and ends with 0', async () => {
    const { examine, leaks } = await startDoctor();
    const { code, report, states, stderr } = await examine();
    expect([code, report.ok, stderr]).toEqual([0, true, '']);
    expect(states).toEqual(FINE);
    expect(report.checks.filter(({ next }) => next !== undefined)).toEqual([]);
    expect(leaks()).toEqual([]);
  });

  it('prints a report for people', async () => {
    const { run, leaks } = await startDoctor();
    const { code, stdout, stderr } = await run(['doctor']);
    expect([code, stderr]).toEqual([0, 'Looking for what is wrong ...\n']);
    expect(stdout).toMatch(
      /^ok {7}versions\n {2}ai-sdk-codex \S+ on Node \d+\.\d+\.\d+ \(.*Codex CLI \d+\.\d+\.\d+\.\n/,
    );
    expect(stdout).toMatch(/\nNo problem was found\.\n$/);
    expect(hasAnsi(stdout)).toBe(false);
    expect(leaks()).toEqual([]);
  });

  it('sends no token to ask who is there, and writes nothing', async () => {
    const { examine, sent, emulator, store, login, path } = await startDoctor();
    const folder = join(path, '..');
    const before = await readdir(folder);
    await examine();
    const probes = sent.filter(({ headers }) => !('authorization' in headers));
    expect(probes.map((one) => one.path).sort()).toEqual([
      '/.well-known/openid-configuration',
      '/backend-api/codex/models',
    ]);
    expect(emulator.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(await readdir(folder)).toEqual(before);
    expect((await store.read('default'))?.refreshToken).toBe(login.refreshToken);
  });
});

describe('what others may read', () => {
  it('holds no token, no whole address of a person, no id of an account and no home', async () => {
    const { examine, run, path, printed, leaks, secrets } = await startDoctor();
    const home = join(path, '..');
    const env = { HOME: home };
    await examine({ env });
    printed.push((await run(['doctor'], { env })).stdout);
    for (const text of printed) {
      expect(text).toContain('j...@m....com');
      expect(text).toContain('~/auth.json');
      for (const whole of [EMAIL, 'jane', ACCOUNT, home]) expect(text).not.toContain(whole);
    }
    expect(secrets.size).toBeGreaterThan(2);
    expect(leaks()).toEqual([]);
  });

  it('holds no password of a proxy', async () => {
    const { examine } = await startDoctor();
    const { stdout, find } = await examine({ env: { https_proxy: 'http://user:CANARY@proxy.example:3128/CANARY' } });
    expect(find('network')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('https_proxy (http://proxy.example:3128) is set, but the fetch of Node'),
      next: expect.stringContaining('NODE_USE_ENV_PROXY=1'),
    });
    expect(stdout).not.toContain('CANARY');
  });
});

describe('a login', () => {
  it('that is not there is a problem, with the command to log in; the servers are looked at all the same', async () => {
    const { examine, sent } = await startDoctor({ loggedIn: false });
    const { code, report, states, find } = await examine();
    expect([code, report.ok]).toEqual([1, false]);
    const { store: _store, models: _models, usage: _usage, ...rest } = FINE;
    expect(states).toEqual({ ...rest, login: 'problem' });
    expect(find('login')?.message).toContain('npx ai-sdk-codex login');
    expect(find('login')?.message).not.toContain('loginWithBrowser');
    expect(sent.every(({ headers }) => !('authorization' in headers))).toBe(true);
  });

  it('that cannot be read is a problem, and the file stays as it is', async () => {
    const { examine, path } = await startDoctor({ loggedIn: false });
    await writeFile(path, '{ broken', { mode: 0o600 });
    const { code, states } = await examine();
    expect([code, states.login, states.models]).toEqual([1, 'problem', undefined]);
  });

  it('that the backend refuses and nobody can renew is a problem', async () => {
    const { examine, emulator, login } = await startDoctor();
    emulator.tokens.revokeFamily(login.refreshToken ?? '');
    const { code, states, find } = await examine();
    expect([code, states.login, states.usage]).toEqual([1, 'ok', 'problem']);
    expect(find('usage')?.message).toContain('npx ai-sdk-codex login');
  });

  it.each<[string, string, RegExp]>([
    ['a platform key', 'sk-CANARY-1234567890', /platform key/],
    ['a refresh token', 'rt_CANARY_1234567890', /refresh token/],
    ['quotation marks', '"eyJ.CANARY.x"', /quotation marks/],
    ['a header', 'Bearer eyJ.CANARY.x', /Bearer/],
    ['a file', '{"tokens":{"access_token":"CANARY"}}', /JSON/],
  ])('of the environment that is %s is a problem', async (_name, value, message) => {
    const { examine } = await startDoctor();
    vi.stubEnv('CODEX_ACCESS_TOKEN', value);
    const { code, find, stdout } = await examine({ env: { CODEX_ACCESS_TOKEN: value } });
    expect(code).toBe(1);
    expect(find('environment')).toMatchObject({ state: 'problem', message: expect.stringMatching(message) });
    expect(stdout).not.toContain('CANARY');
  });

  it('of the environment that is a token is said to be in use', async () => {
    const { examine, login } = await startDoctor({ loggedIn: false });
    vi.stubEnv('CODEX_ACCESS_TOKEN', login.accessToken);
    const { code, states, find } = await examine({ env: { CODEX_ACCESS_TOKEN: login.accessToken } });
    expect([code, states]).toEqual([0, FINE]);
    expect(find('environment')?.message).toMatch(/is set: it is used in place of a stored login/);
    expect(find('store')?.message).toContain('only read');
  });
});

it('tells of a login that cannot be renewed and works for a while', async () => {
  const { examine, emulator, store, leaks, secrets } = await startDoctor({ loggedIn: false });
  const login = emulator.login({ expiresInMs: 4 * MINUTE, email: EMAIL, accountId: ACCOUNT });
  secrets.add(login.accessToken).add(login.refreshToken ?? '');
  await store.update('default', async () => login);
  emulator.tokenReply({ status: 500, body: { error: 'server_error' } });
  const { code, states, find, stderr } = await examine();
  expect([code, stderr, states.models, states.usage]).toEqual([0, '', 'ok', 'ok']);
  expect(find('session')).toMatchObject({ state: 'warning', message: expect.stringMatching(/could not be renewed/) });
  expect(leaks()).toEqual([]);
});

describe('a network', () => {
  it('without servers gives a report and no crash', async () => {
    const { examine } = await startDoctor();
    const gone = await nobody();
    const env = { CODEX_ISSUER: gone, CODEX_BASE_URL: `${gone}/codex` };
    const { code, states, find } = await examine({ env });
    expect(code).toBe(1);
    expect(states).toMatchObject({ issuer: 'problem', backend: 'problem', clock: 'warning', versions: 'ok' });
    expect(states).not.toHaveProperty('models');
    expect(find('backend')).toMatchObject({
      message: `${new URL(gone).host} refused the connection: ECONNREFUSED.`,
      next: expect.stringContaining('firewall'),
    });
  });

  it.each<[string, string, RegExp]>([
    ['that resolves no names', 'ENOTFOUND', /could not be resolved \(DNS\): ENOTFOUND/],
    ['whose certificate nobody knows', 'SELF_SIGNED_CERT_IN_CHAIN', /TLS connection/],
    ['that is slow', 'UND_ERR_CONNECT_TIMEOUT', /did not answer in time/],
    ['without a way out', 'ENETUNREACH', /no way to/],
    ['that resets', 'ECONNRESET', /failed: ECONNRESET/],
  ])('%s is told by what it is', async (_name, code, message) => {
    const { examine } = await startDoctor();
    const { find } = await examine({
      fetch: async () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('inner'), { code }) });
      },
    });
    expect(find('issuer')).toMatchObject({ state: 'problem', message: expect.stringMatching(message) });
    expect(find('issuer')?.next).toBeTruthy();
  });

  it.each<[string, number, Record<string, string>, string, string, RegExp]>([
    [
      'a challenge',
      403,
      { 'content-type': 'text/html', 'cf-ray': '8f0-AMS', 'cf-mitigated': 'challenge' },
      '<!doctype html><title>Just a moment...</title>',
      'problem',
      /Cloudflare challenge .*cf-ray 8f0-AMS.*login is not the cause/,
    ],
    ['a page of the edge', 403, { 'content-type': 'text/html' }, '<html>', 'problem', /Cloudflare challenge/],
    [
      'a refusal of the country',
      403,
      { 'content-type': 'application/json' },
      '{"error":{"code":"unsupported_country_region_territory"}}',
      'problem',
      /does not serve the country/,
    ],
    ['a redirect', 302, { location: 'http://portal.example/' }, '', 'problem', /redirects \(302\)/],
    ['an outage', 503, {}, 'no', 'warning', /status 503/],
    ['another server', 404, { 'content-type': 'application/json' }, '{"detail":"Not Found"}', 'problem', /status 404/],
    ['a page', 200, { 'content-type': 'text/html' }, '<html>Just a moment...', 'problem', /web page \(status 200\)/],
    ['a page without a type', 404, {}, ' <!doctype html>', 'problem', /web page \(status 404\)/],
    ['a text', 401, { 'content-type': 'text/plain' }, 'No.', 'problem', /status 401 and no JSON/],
    ['a server with too much to do', 429, {}, '{}', 'warning', /too many requests/],
  ])('in which %s answers is told by it', async (_name, status, headers, body, state, message) => {
    const { examine } = await startDoctor();
    const base = await answering(status, headers, body);
    const { find, stdout, code } = await examine({ env: { CODEX_BASE_URL: `${base}/codex` } });
    expect(find('backend')?.next).toBeTruthy();
    if (state === 'problem') expect(code).toBe(1);
    expect(find('backend')).toMatchObject({ state, message: expect.stringMatching(message) });
    expect(stdout).not.toContain('Just a moment');
    expect(stdout).not.toContain('portal.example');
  });

  it.each<[string, number, string, RegExp | undefined]>([
    ['agrees', 0, 'ok', /agrees/],
    ['is two minutes ahead', 2 * MINUTE, 'warning', /2 minutes ahead/],
    ['is an hour ahead', 60 * MINUTE, 'problem', /60 minutes ahead/],
    ['is an hour behind', -60 * MINUTE, 'problem', /60 minutes behind/],
  ])('a clock that %s is compared with that of the servers', async (_name, ahead, state, message) => {
    const { examine, runtime } = await startDoctor();
    const fetch: typeof runtime.fetch = async (input, init) => {
      const response = await runtime.fetch(input, init);
      const headers = new Headers(response.headers);
      headers.set('date', new Date(runtime.now() - ahead).toUTCString());
      return new Response(response.body, { status: response.status, headers });
    };
    const { find, code } = await examine({ fetch });
    expect(find('clock')).toMatchObject({ state, message: expect.stringMatching(message ?? '') });
    expect(code).toBe(state === 'problem' ? 1 : 0);
  });

  it('that swallows requests is given up', async () => {
    const { examine, expire } = await startDoctor();
    let waiting = 0;
    const examined = examine({
      fetch: () => {
        waiting++;
        return new Promise(() => {});
      },
    });
    await expect.poll(() => waiting).toBe(2);
    expire();
    const { find, code } = await examined;
    expect(code).toBe(1);
    expect(find('issuer')?.message).toBe('There was no answer within 10 s.');
    expect(find('backend')?.message).toBe('There was no answer within 10 s.');
  });
});

describe('an account', () => {
  it('whose limit is reached is told until when', async () => {
    const { examine } = await startDoctor({
      rateLimits: { primary: { usedPercent: 100, windowMinutes: 300, resetsInSeconds: 7200 } },
    });
    const { code, find } = await examine();
    expect(code).toBe(0);
    expect(find('usage')).toMatchObject({
      state: 'warning',
      message: expect.stringMatching(/limit is reached, until .* \(in 2 hours\)\.$/),
    });
  });

  it.each<[string, number, string]>([
    ['cannot tell for now', 503, 'warning'],
    ['does not let it in', 403, 'problem'],
  ])('whose backend %s is told with status and request', async (_name, status, state) => {
    const { examine, emulator } = await startDoctor();
    const reply = { status, headers: { 'x-request-id': 'req_doctor' }, body: { detail: 'No.' } };
    emulator.modelsReply(...Array(4).fill(reply));
    emulator.usageReply(...Array(4).fill(reply));
    const { find } = await examine();
    expect(find('models')).toMatchObject({
      state,
      message: expect.stringMatching(
        new RegExp(`did not give its list of models \\(\\w+, status ${status}, request req_doctor\\)`),
      ),
    });
    expect(find('usage')).toMatchObject({ state, message: expect.stringContaining('req_doctor') });
    expect(find('usage')?.message).toContain(String(status));
  });

  it.each<[string, object, RegExp]>([
    [
      'knows no list',
      { status: 404, body: { detail: 'Not Found' } },
      /did not give its list of models \(\w+, status 404/,
    ],
    [
      'sends a page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      /did not give its list/,
    ],
    ['sends another thing', { status: 200, body: {} }, /did not give its list of models \(no_list\)/],
  ])('whose backend %s has a problem', async (_name, reply, message) => {
    const { examine, emulator, run } = await startDoctor();
    emulator.modelsReply(reply, reply);
    const { code, find } = await examine();
    // Without a token, the backend refuses before all else.
    expect([code, find('backend')?.state, find('models')?.state]).toEqual([1, 'ok', 'problem']);
    expect(find('models')).toMatchObject({ message: expect.stringMatching(message), next: expect.any(String) });
    emulator.modelsReply(reply, reply);
    expect((await run(['doctor'])).stdout).not.toContain('No problem was found');
  });

  it('of which every model is gone is told that', async () => {
    const { examine } = await startDoctor({ models: [] });
    const { code, find } = await examine();
    expect([code, find('models')?.state]).toEqual([0, 'warning']);
    expect(find('models')?.message).toBe('The backend lists no model for this account.');
  });

  it('with a limit that is reached is not said to be without a problem', async () => {
    const { run } = await startDoctor({
      rateLimits: { primary: { usedPercent: 100, windowMinutes: 300, resetsInSeconds: 7200 } },
    });
    const { code, stdout } = await run(['doctor']);
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, '1 warning.']);
  });

  it('without the first model of the default order is told which it has', async () => {
    const { examine } = await startDoctor({ models: ['gpt-5.5'] });
    const { code, find } = await examine();
    expect(code).toBe(0);
    expect(find('models')).toMatchObject({
      state: 'warning',
      message: expect.stringMatching(/1 model: gpt-5\.5\. The first of the default order, gpt-5\.3-codex, is not/),
    });
  });
});

it.each(['CODEX_BASE_URL', 'CODEX_ISSUER'])('gives a report although %s cannot be used', async (name) => {
  const { examine, sent } = await startDoctor();
  const { code, report, states, find, stdout } = await examine({ env: { [name]: 'https://a.test/?key=CANARY' } });
  expect([code, report.ok, sent]).toEqual([1, false, []]);
  expect(states).toEqual({ versions: 'ok', environment: 'problem', network: 'ok' });
  expect(find('environment')).toMatchObject({ message: expect.stringMatching(`^${name} must be an https URL`) });
  expect(stdout).not.toContain('CANARY');
});

it('names a profile that is the address of a person without it', async () => {
  const { run } = await startCliWorld();
  const { stdout } = await run(['doctor', '--profile', 'jane.doe@corp']);
  expect(stdout).toContain('j...@c...');
  expect(stdout).not.toContain('jane.doe@corp');
});

it('ends at Ctrl-C', async () => {
  const { run } = await startCliWorld();
  const { code, stdout, stderr } = await run(['doctor'], {
    fetch: () => new Promise(() => {}),
    onStderr: (_text, keys) => keys.interrupt(),
  });
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toContain('Cancelled.');
});

it('takes a profile, and no address', async () => {
  const { run } = await startCliWorld();
  expect((await run(['doctor', '--profile', 'work'])).stdout).toContain('login --profile work');
  expect((await run(['doctor', 'backend'])).code).toBe(2);
});

it('says of a store that cannot be written what is the matter with it', async () => {
  const { examine, path } = await startDoctor();
  await rm(`${path}.lock`, { recursive: true, force: true });
  await writeFile(`${path}.lock`, 'no folder');
  const { code, find, states } = await examine();
  expect([code, states.login, states.models]).toEqual([1, 'ok', 'ok']);
  expect(find('store')).toMatchObject({ state: 'problem', message: expect.stringContaining('cannot be written') });
});
