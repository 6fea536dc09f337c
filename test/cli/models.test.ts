import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { hasAnsi, startCliWorld } from './cli-world';

const MODELS = [
  'gpt-5.5',
  { id: 'gpt-5.3-codex', entry: { supported_reasoning_levels: [] } },
  { id: 'gpt-9', entry: { context_window: 1_050_000, supported_reasoning_levels: [] } },
  { id: 'gpt-9-evil', entry: { slug: 'gpt-9\u001b[2J' } },
  { id: 'secret-review', entry: { visibility: 'hide' } },
];

async function loggedIn(options: Parameters<typeof startCliWorld>[0] = { models: MODELS }) {
  const world = await startCliWorld(options);
  await world.store.update('default', async () => world.emulator.login());
  const asked = () => world.emulator.requests.filter(({ path }) => path.endsWith('/models')).length;
  return { ...world, asked };
}

it('shows the models that people are offered, with what is known of them', async () => {
  const { run, leaks } = await loggedIn();
  const { code, stdout, stderr } = await run(['models']);
  expect(stdout).toBe(
    [
      'model                context  efforts                     input',
      'gpt-5.5              272k     none low medium high xhigh  text, image',
      '    Refused to some accounts in 2026-09 and listed for others.',
      'gpt-5.3-codex        272k     low medium high xhigh       text, image',
      '    Reported as refused for ChatGPT sign-in since 2026-06; use gpt-5.6-sol, gpt-6-astra, gpt-5.6-terra, gpt-5.5.',
      'gpt-5.3-codex-spark  128k     low medium high xhigh       text',
      '    Not in the list of the backend, which may serve it all the same.',
      '    For ChatGPT Pro alone.',
      'gpt-9                1.05M    -                           text, image',
      '',
    ].join('\n'),
  );
  expect([code, hasAnsi(stdout)]).toEqual([0, false]);
  expect(stderr).toContain('Asking which models this account has');
  expect(leaks()).toEqual([]);
});

it('puts the facts below the model where a table has no room', async () => {
  const { run } = await loggedIn({ models: ['gpt-5.5'] });
  const { stdout } = await run(['models'], { tty: ['stdout'], columns: 50, env: { NO_COLOR: '1' } });
  expect(stdout).toBe(
    [
      'gpt-5.5',
      '    272k; none low medium high xhigh; text, image',
      '    Refused to some accounts in 2026-09 and',
      '    listed for others.',
      '',
    ].join('\n'),
  );
});

it('gives programs everything, hidden models and status too', async () => {
  const { run } = await loggedIn();
  const { code, stdout } = await run(['models', '--json']);
  const models = JSON.parse(stdout) as { id: string }[];
  expect(code).toBe(0);
  expect(models.map(({ id }) => id)).toEqual([
    'gpt-5.5',
    'gpt-5.3-codex',
    'gpt-5.3-codex-spark',
    'gpt-9',
    'secret-review',
  ]);
  expect(models[0]).toMatchObject({ status: 'working', source: 'live', contextWindow: 272_000 });
  expect(models[2]).toMatchObject({ status: 'catalog', source: 'bundled' });
  expect(models[4]).toMatchObject({ status: 'unknown', source: 'live', isListed: false });
  expect(hasAnsi(stdout)).toBe(false);
});

it('asks once in 5 minutes whatever the number of runs, unless told to', async () => {
  const { run, path, asked, advance } = await loggedIn();
  await run(['models']);
  // Written behind the back of the run, whose process would stay for it.
  await vi.waitFor(() => access(join(dirname(path), 'models.json')));
  await run(['models']);
  expect(asked()).toBe(1);
  expect(await readdir(dirname(path))).toContain('models.json');
  expect(await readFile(join(dirname(path), 'models.json'), 'utf8')).not.toMatch(/eyJ|account|@/);
  await run(['models', '--refresh']);
  expect(asked()).toBe(2);
  advance(6 * 60_000);
  await run(['models']);
  expect(asked()).toBe(3);
});

it('shows what it knows by itself when the backend does not tell, and says so', async () => {
  const { run, runtime, leaks } = await loggedIn();
  const fetch: typeof runtime.fetch = async (input, init) =>
    String(input).includes('/models?') ? new Response('no', { status: 503 }) : runtime.fetch(input, init);
  const { code, stdout, stderr } = await run(['models'], { fetch });
  expect(code).toBe(0);
  expect(stdout).toContain('gpt-6-sol');
  expect(stdout).toMatch(/The backend did not tell which models this account has; these are known to version \S+\.\n$/);
  expect(stdout).not.toContain('Not in the list of the backend');
  expect(stderr).toMatch(/The list of models could not be fetched/);
  expect(leaks()).toEqual([]);
});

it('shows what the backend told before when it does not tell now, and says so', async () => {
  const { run, runtime, advance, path } = await loggedIn();
  await run(['models']);
  await vi.waitFor(() => access(join(dirname(path), 'models.json')));
  advance(6 * 60_000);
  const fetch: typeof runtime.fetch = async (input, init) =>
    String(input).includes('/models?') ? new Response('no', { status: 503 }) : runtime.fetch(input, init);
  const { code, stdout } = await run(['models'], { fetch });
  expect(code).toBe(0);
  expect(stdout).toContain('Not in the list of the backend');
  expect(stdout).toMatch(
    /The backend did not tell which models this account has; these are from an earlier answer\.\n$/,
  );
  const { stdout: json } = await run(['models', '--json'], { fetch });
  expect(JSON.parse(json).map(({ source }: { source: string }) => source)).toEqual([
    'cached',
    'cached',
    'bundled',
    'cached',
    'cached',
  ]);
});

it('says that there is no model', async () => {
  const { run } = await loggedIn({ models: [] });
  expect((await run(['models'])).stdout).toBe('The backend lists no model for this account.\n');
});

it('needs a login', async () => {
  const { run, asked } = await loggedIn();
  const { code, stdout, stderr } = await run(['models', '--profile', 'work']);
  expect([code, stdout, asked()]).toEqual([1, '', 0]);
  expect(stderr).toContain('ai-sdk-codex login');
});
