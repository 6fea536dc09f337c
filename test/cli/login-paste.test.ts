import { expect, it } from 'vitest';
import { addressIn, hasAnsi, once, startCliWorld } from './cli-world';

const QUESTION = 'Paste the address at which the browser ended';

it('takes the address from a pipe with --paste, and opens no browser', async () => {
  const { run, authorize, leaks } = await startCliWorld();
  const opened: string[] = [];
  const { code, stdout, stderr } = await run(['login', '--paste'], {
    openBrowser: (url) => void opened.push(url),
    onStderr: once(addressIn, async (url, { type }) => type(`${await authorize(url)}\n`)),
  });
  expect([code, opened]).toEqual([0, []]);
  expect(stdout).toContain('Logged in as user@example.com (plus).\n');
  expect(stderr).toContain(`${QUESTION}, then Enter:\n`);
  expect(hasAnsi(stdout, stderr)).toBe(false);
  expect(leaks()).toEqual([]);
});

it('goes on waiting for the browser when there is nothing to paste any more', async () => {
  const { run, browse } = await startCliWorld();
  const { code } = await run(['login', '--paste'], {
    onStderr: once(addressIn, (url, { endInput }) => {
      endInput();
      void browse(url);
    }),
  });
  expect(code).toBe(0);
});

it('asks again after something useless, and says what is wrong with it', async () => {
  const { run, authorize } = await startCliWorld();
  const paste = once(addressIn, (_, { type }) => type('http://localhost:1455/auth/callback?no=code\n'));
  const pasteRight = once(
    (text) => (text.includes('warning: ') && text.split(QUESTION).length === 3 ? addressIn(text) : undefined),
    async (url, { type }) => type(`${await authorize(url)}\n`),
  );
  const { code, stderr } = await run(['login', '--paste'], {
    onStderr: (text, keys) => {
      paste(text, keys);
      pasteRight(text, keys);
    },
  });
  expect(stderr).toMatch(/^warning: There is no code in what was pasted\./m);
  expect(code).toBe(0);
});

it('offers to paste during a browser login in a terminal, and wipes the question away afterwards', async () => {
  const { run, browse, leaks } = await startCliWorld();
  const asked = (text: string) => (text.includes(`Or p${QUESTION.slice(1)}`) ? addressIn(text) : undefined);
  const { code, stderr } = await run(['login'], {
    tty: ['stdin', 'stdout', 'stderr'],
    onStderr: once(asked, (url) => void browse(url)),
  });
  expect(code).toBe(0);
  const [, ...afterwards] = stderr.split('\u001b[4A\r\u001b[J');
  expect(afterwards).toHaveLength(1);
  expect(afterwards[0]).not.toContain('paste');
  expect(leaks()).toEqual([]);
});

it('takes an address that is typed into the prompt', async () => {
  const { run, authorize } = await startCliWorld();
  const asked = (text: string) => (text.includes(QUESTION) ? addressIn(text) : undefined);
  const { code, stdout } = await run(['login', '--paste'], {
    tty: ['stdin', 'stderr'],
    onStderr: once(asked, async (url, { type }) => type(`${await authorize(url)}\r`)),
  });
  expect([code, hasAnsi(stdout)]).toEqual([0, false]);
});

it('ends with 130 when the prompt is left with Ctrl-C, without a trace of the prompt', async () => {
  const { run, store } = await startCliWorld();
  const { code, stderr } = await run(['login', '--paste'], {
    tty: ['stdin', 'stderr'],
    onStderr: once(
      (text) => (text.includes(QUESTION) ? true : undefined),
      (_, { type }) => type('\u0003'),
    ),
  });
  expect([code, await store.profiles()]).toEqual([130, []]);
  expect(stderr).toMatch(/Cancelled\. Nothing was changed\.\n$/);
});

it.each([
  ['NO_COLOR', { NO_COLOR: '1' }],
  ['a dumb terminal', { TERM: 'dumb' }],
])('asks in plain lines with %s', async (_name, env) => {
  const { run, authorize } = await startCliWorld();
  const { code, stdout, stderr } = await run(['login', '--paste'], {
    env,
    tty: ['stdin', 'stdout', 'stderr'],
    onStderr: once(addressIn, async (url, { type }) => type(`${await authorize(url)}\n`)),
  });
  expect([code, hasAnsi(stdout, stderr)]).toEqual([0, false]);
});
