import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { Context } from '../../src/cli/context';
import { createPastePrompt } from '../../src/cli/paste-prompt';
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

it('ends with --paste when there is nothing to paste any more, and listens no longer', async () => {
  const { run, store } = await startCliWorld();
  let address = '';
  const end = once(addressIn, (url, { endInput }) => {
    address = url;
    endInput();
  });
  const { code, stdout, stderr } = await run(['login', '--paste'], { onStderr: end });
  expect([code, stdout, await store.profiles()]).toEqual([2, '', []]);
  expect(stderr).toContain('error: Nothing can be pasted: the input is closed. Use --device.');
  await expect(fetch(new URL(address).searchParams.get('redirect_uri') ?? '')).rejects.toThrow('fetch failed');
});

it('goes on waiting for the browser of this machine when there is nothing to paste any more', async () => {
  const { run, browse } = await startCliWorld();
  const endInput = once(addressIn, (_, keys) => keys.endInput());
  const browseLater = once(
    (text) => (text.includes('debug: [TOKEN] Nothing was pasted') ? addressIn(text) : undefined),
    (url) => void browse(url),
  );
  const { code, stderr } = await run(['login', '--browser'], {
    tty: ['stdin'],
    env: { CODEX_DEBUG: '1' },
    onStderr: (text, keys) => {
      endInput(text, keys);
      browseLater(text, keys);
    },
  });
  expect([code, stderr.includes('debug: [TOKEN] Nothing was pasted')]).toEqual([0, true]);
});

it.each<[string, (address: string) => string]>([
  ['after something else', (address) => `something else\n${address}\n`],
  ['before something else', (address) => `${address}\nsomething else\n`],
  ['after another address', (address) => `http://localhost:1455/auth/callback?code=other-code\n${address}\n`],
  ['broken within the code', (address) => `${address.replace(/(code=...)/, '$1\n')}\n`],
  ['broken before the state', (address) => `${address.replace('&state', '\n&state')}\n`],
])('takes an address that comes in one piece %s', async (_name, lay) => {
  for (const tty of [[], ['stdin', 'stderr']] as const) {
    const { run, authorize, sent, leaks } = await startCliWorld();
    const asked = (text: string) => (text.includes(QUESTION) ? addressIn(text) : undefined);
    const { code, stderr } = await run(['login', '--paste'], {
      tty,
      onStderr: once(asked, async (url, { type }) => {
        const text = lay(await authorize(url));
        type(tty.length > 0 ? text.replaceAll('\n', '\r') : text); // the Enter key of a terminal
      }),
    });
    expect([code, sent.filter(({ path }) => path === '/oauth/token').length]).toEqual([0, 1]);
    expect(stderr).not.toContain('warning: ');
    expect(leaks()).toEqual([]);
  }
});

it('goes through what came at once line by line, when no line is the address', async () => {
  const { run, authorize } = await startCliWorld();
  const first = once(addressIn, (_, { type }) => type('one\ntwo\n'));
  const second = once(
    (text) => (text.split('warning: ').length === 3 ? addressIn(text) : undefined),
    async (url, { type }) => type(`${await authorize(url)}\n`),
  );
  const { code, stderr } = await run(['login', '--paste'], {
    onStderr: (text, keys) => {
      first(text, keys);
      second(text, keys);
    },
  });
  expect([code, stderr.split(QUESTION).length]).toEqual([0, 4]);
});

it('does not show what is typed into the prompt, however long it is', async () => {
  const { run, authorize } = await startCliWorld();
  let typed = '';
  const asked = (text: string) => (text.includes(QUESTION) ? addressIn(text) : undefined);
  const { code, stderr } = await run(['login', '--paste'], {
    tty: ['stdin', 'stderr'],
    onStderr: once(asked, async (url, { type }) => {
      typed = await authorize(url);
      type(`${typed}&more=${'x'.repeat(2500)}\r`);
    }),
  });
  expect(code).toBe(0);
  expect(stderr).not.toContain('xxx');
  expect(stderr).not.toContain(new URL(typed).searchParams.get('code'));
});

it('ends when the prompt is left with Ctrl-D', async () => {
  const { run } = await startCliWorld();
  const { code, stderr } = await run(['login', '--paste'], {
    tty: ['stdin', 'stderr'],
    onStderr: once(
      (text) => (text.includes(QUESTION) ? true : undefined),
      (_, { type }) => type('\u0004'),
    ),
  });
  expect([code, stderr.split('\u001b[4A\r\u001b[J').length]).toEqual([2, 2]);
  expect(stderr).toContain('Nothing can be pasted');
});

it('draws and wipes nothing when the question is taken back before it was drawn', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let drawn = '';
  const write = (text: string) => {
    drawn += text;
  };
  const terminal = { stdin, stderr: { isTTY: true, columns: 80, write, on: write, off: write }, env: {} };
  const { ask } = createPastePrompt({ terminal } as unknown as Context, () => true);
  const takenBack = new AbortController();
  const asked = ask(QUESTION, takenBack.signal);
  takenBack.abort();
  await expect(asked).rejects.toThrow('Nothing was pasted.');
  expect(drawn).toBe('');
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
  expect(stderr).toMatch(/Cancelled\. No login was changed\.\n$/);
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
