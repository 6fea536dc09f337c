import { expect, it } from 'vitest';
import { CODEX_CLIENT_VERSION } from '../../src/shared/constants';
import { addressIn, hasAnsi, once, startCliWorld } from './cli-world';

it('logs in with the browser, and says who, where, and with which models', async () => {
  const { run, browse, path, emulator, store, leaks } = await startCliWorld();
  const pages: (string | undefined)[] = [];
  const { code, stdout, stderr } = await run(['login'], {
    openBrowser: async (url) => void pages.push(await browse(url)),
  });
  expect(stdout).toBe(
    [
      'Logged in as user@example.com (plus).',
      `Stored in ${path}`,
      '',
      'Models, in the usual order:',
      '  1. openai-codex/gpt-5.3-codex',
      '     available',
      '  2. openai/gpt-5.2-codex',
      '     needs an OpenAI API key and @ai-sdk/openai; not part of the ChatGPT plan',
      '  3. openai/gpt-4o-mini',
      '     needs an OpenAI API key and @ai-sdk/openai; not part of the ChatGPT plan',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(addressIn(stderr)).toContain('/oauth/authorize?');
  expect(hasAnsi(stdout, stderr)).toBe(false);
  expect((await store.read('default'))?.email).toBe('user@example.com');
  const catalog = emulator.requests.filter(({ path }) => path.endsWith('/models'));
  expect(catalog.map(({ method, query, status }) => ({ method, query, status }))).toEqual([
    { method: 'GET', query: { client_version: CODEX_CLIENT_VERSION }, status: 200 },
  ]);
  expect(emulator.requests.some(({ path }) => path.endsWith('/responses'))).toBe(false);
  expect(leaks()).toEqual([]);
});

it('does not open the browser with --no-open, and names the profile', async () => {
  const { run, browse, store } = await startCliWorld();
  const opened: string[] = [];
  const { code, stdout } = await run(['login', '--no-open', '--profile', 'work'], {
    openBrowser: (url) => void opened.push(url),
    onStderr: once(addressIn, (url) => void browse(url)),
  });
  expect([code, opened]).toEqual([0, []]);
  expect(stdout).toContain('Logged in as user@example.com (plus), profile work.\n');
  expect(await store.profiles()).toEqual(['work']);
});

it('prints one JSON object with --json, and nothing else on stdout', async () => {
  const { run, browse, path, leaks } = await startCliWorld();
  const { code, stdout } = await run(['login', '--json'], { openBrowser: async (url) => void (await browse(url)) });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    state: 'logged_in',
    email: 'user@example.com',
    location: path,
    modelOrder: [
      { id: 'openai-codex/gpt-5.3-codex', available: true, note: 'available' },
      { id: 'openai/gpt-5.2-codex', available: false },
      { id: 'openai/gpt-4o-mini', available: false },
    ],
  });
  expect(leaks()).toEqual([]);
});

it('says which models the account has when the first is not among them', async () => {
  const models = ['gpt-5.5', 'gpt-6-sol', { id: 'secret-review', entry: { visibility: 'hide' } }];
  const { run, browse } = await startCliWorld({ models });
  const { code, stdout } = await run(['login'], { openBrowser: async (url) => void (await browse(url)) });
  expect(code).toBe(0);
  expect(stdout).toContain('     not served to this account, which has gpt-5.5, gpt-6-sol\n');
});

it('lists twenty of many models', async () => {
  const models = Array.from({ length: 50 }, (_, at) => `gpt-x${at}-${'y'.repeat(190)}`);
  const { run, browse } = await startCliWorld({ models });
  const { stdout } = await run(['login'], { openBrowser: async (url) => void (await browse(url)) });
  expect(stdout.match(/gpt-x\d+-y+/g)).toHaveLength(20);
  expect(stdout).toMatch(/, gpt-x19-y+ and 30 more\n/);
});

it('shortens an account and a profile with endless names', async () => {
  const login = { email: `${'e'.repeat(5000)}@example.com`, planType: 'p'.repeat(5000) };
  const { run, browse } = await startCliWorld({ oauth: { login } });
  const profile = 'f'.repeat(100);
  const { stdout } = await run(['login', '--profile', profile], {
    openBrowser: async (url) => void (await browse(url)),
  });
  expect(stdout).toContain(`Logged in as ${'e'.repeat(200)}… (${'p'.repeat(200)}…), profile ${profile}.\n`);
  expect((await run(['status', '--profile', 'g'.repeat(5000)])).stdout).not.toContain('g'.repeat(5001));
});

it.each([
  ['answers 503', () => new Response('no', { status: 503 }), /could not be fetched; .+ \(\w+, status 503\)\.$/m],
  ['sends nonsense', () => new Response('[]'), /could not be fetched; .+ \(no_list\)\.$/m],
  [
    'is away',
    () => Promise.reject(new Error('Bearer eyJhbGciOi.eyJhbGciOi.x')),
    /could not be fetched; .+ \(network\)\.$/m,
  ],
])('is logged in also when the backend %s, and says so', async (_name, answer, reason) => {
  const { run, browse, runtime, leaks } = await startCliWorld();
  const { code, stdout, stderr } = await run(['login'], {
    openBrowser: async (url) => void (await browse(url)),
    fetch: async (input, init) => (String(input).includes('/models?') ? answer() : runtime.fetch(input, init)),
  });
  expect(code).toBe(0);
  expect(stdout).toContain('     could not be asked: the backend did not tell which models this account has\n');
  expect(stderr).toMatch(reason);
  expect(leaks()).toEqual([]);
  expect(stdout + stderr).not.toContain('eyJ');
});

it('says why a login was refused, with exit code 1, and keeps the old one', async () => {
  const { run, browse, store, emulator } = await startCliWorld({
    oauth: { authorize: 'deny', denial: 'No\u001b[2J entry' },
  });
  const old = emulator.login();
  await store.update('default', async () => old);
  const { code, stdout, stderr } = await run(['login'], { openBrowser: async (url) => void (await browse(url)) });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: .*login.*\.$/m);
  expect(hasAnsi(stderr)).toBe(false);
  expect(await store.read('default')).toMatchObject({ accessToken: old.accessToken });
  expect(emulator.requests.some(({ path }) => path === '/oauth/revoke')).toBe(false);
});

it('ends with 130 on Ctrl-C, and keeps the old login', async () => {
  const { run, store, emulator } = await startCliWorld();
  const old = emulator.login();
  await store.update('default', async () => old);
  const { code, stdout, stderr } = await run(['login'], { onStderr: once(addressIn, (_, keys) => keys.interrupt()) });
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/\nCancelled\. No login was changed\.\n$/);
  expect(await store.read('default')).toMatchObject({ accessToken: old.accessToken });
});

it('strips what could change a terminal from what the issuer says of the account', async () => {
  const login = { email: 'evil\u001b]0;x\u0007\u202e@example.com', planType: 'pro\n\u009b31m' };
  const { run, browse } = await startCliWorld({ oauth: { login } });
  const { stdout } = await run(['login'], { openBrowser: async (url) => void (await browse(url)) });
  expect(stdout).toContain('Logged in as evil]0;x@example.com (pro 31m).\n');
  const status = await run(['status', '--json']);
  expect(hasAnsi(status.stdout)).toBe(false);
  expect(status.stdout).not.toContain('\u009b');
  expect(JSON.parse(status.stdout)).toMatchObject({ email: login.email });
});
