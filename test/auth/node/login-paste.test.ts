import { describe, expect, test } from 'vitest';
import { tokenFailures } from '../../../src/testing/issuer/token-failures';
import { rejection } from '../login-world';
import { occupy, startBrowserWorld, visit } from './browser-world';
import { openSocket } from './raw-request';

/** A prompt that the test answers. */
function prompt() {
  const questions: { answer(text: string): void; fail(error: unknown): void; signal: AbortSignal }[] = [];
  const paste = ({ signal }: { signal: AbortSignal }) =>
    new Promise<string>((answer, fail) => {
      questions.push({ answer, fail, signal });
    });
  return { paste, questions };
}

/** One that gives these answers, one after the other. */
function answers(...texts: string[]) {
  const asked: string[] = [];
  const paste = async () => {
    asked.push(texts[asked.length] ?? 'never');
    return asked.at(-1) ?? '';
  };
  return { paste, asked };
}

async function allBusy() {
  const one = await occupy();
  const two = await occupy();
  return [one.port, two.port];
}

describe('raced against the callback', () => {
  test.each([
    ['the address', (ended: string) => ended],
    ['the query', (ended: string) => new URL(ended).search],
    ['the code', (ended: string) => new URL(ended).searchParams.get('code') ?? ''],
  ])('%s is enough, and the port is closed', async (_name, part) => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const { login, url, port, redirectUri } = await world.start({ paste });
    questions[0]?.answer(part(await world.authorize(url)));
    const credentials = await login;
    expect(await world.store.read('default')).toEqual(credentials);
    expect(world.redirectUris).toEqual([redirectUri]);
    expect(questions).toHaveLength(1);
    await expect(openSocket(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(world.leaked(world.logged)).toEqual([]);
  });

  test('nobody listens any more once something usable was pasted', async () => {
    const world = await startBrowserWorld();
    const controller = new AbortController();
    const { paste, questions } = prompt();
    const { login, port } = await world.start({ paste, signal: controller.signal });
    world.emulator.tokenReply(tokenFailures.stall());
    questions[0]?.answer('?code=pasted');
    await expect.poll(() => world.sent.length).toBe(1);
    await expect(openSocket(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    controller.abort(new Error('enough'));
    await rejection(login);
  });

  test('the callback wins: the prompt is told, and what it brings later is ignored', async () => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const { login, url } = await world.start({ paste });
    await visit(await world.authorize(url));
    await login;
    expect(questions[0]?.signal.aborted).toBe(true);
    questions[0]?.answer('too late');
    await new Promise(setImmediate);
    expect(questions).toHaveLength(1);
    expect(world.logged).toEqual([]);
    expect(world.sent).toHaveLength(1);
  });

  test('a prompt that fails after that disturbs nobody', async () => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const { login, url } = await world.start({ paste });
    await visit(await world.authorize(url));
    await login;
    questions[0]?.fail(new Error('late')); // unhandled, it would fail this run
    await new Promise(setImmediate);
  });

  test('a prompt that fails before leaves the browser', async () => {
    const world = await startBrowserWorld();
    const paste = () => {
      throw new Error('no terminal');
    };
    const { login, url } = await world.start({ paste });
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    expect(world.logged).toContainEqual(
      expect.objectContaining({ message: 'Nothing was pasted; the browser may still come back.' }),
    );
  });

  test('an abort takes the question back', async () => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const controller = new AbortController();
    const { login } = await world.start({ paste, signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await rejection(login)).toBe(reason);
    expect(questions[0]?.signal.aborted).toBe(true);
  });
});

describe('what is not usable', () => {
  test('is said, and asked for again', async () => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const { login, url, state } = await world.start({ paste });
    for (const text of ['', url, `?code=stolen&state=${state.slice(1)}x`]) {
      const before = questions.length;
      questions.at(-1)?.answer(text);
      await expect.poll(() => questions.length).toBe(before + 1);
    }
    questions.at(-1)?.answer(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    const said = world.logged.map((entry) => (entry as { message: string }).message);
    expect(said).toEqual([
      expect.stringContaining('Nothing was pasted'),
      expect.stringContaining('is the address to log in at'),
      expect.stringContaining('another login attempt'),
    ]);
    expect(world.sent).toHaveLength(1);
    expect(world.leaked(world.logged)).toEqual([]);
  });

  test('five times ends the login with the last reason', async () => {
    const world = await startBrowserWorld();
    const { paste, asked } = answers('', 'no', 'no', 'no', 'https://chatgpt.com/', '?code=too-late');
    const { login, port } = await world.start({ paste });
    expect(await rejection(login)).toMatchObject({
      code: 'login_failed',
      message: expect.stringContaining('nothing usable was pasted. There is no code in what was pasted.'),
    });
    expect(asked).toHaveLength(5);
    expect(world.sent).toEqual([]);
    await expect(openSocket(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('what is no text counts as nothing', async () => {
    const world = await startBrowserWorld();
    const paste = async () => Symbol('cancelled') as unknown as string;
    const { login } = await world.start({ paste });
    expect(await rejection(login)).toMatchObject({ message: expect.stringContaining('Nothing was pasted') });
  });
});

test('a spent code ends the login with a clear message and is not sent again', async () => {
  const world = await startBrowserWorld();
  world.emulator.tokenReply(tokenFailures.invalidGrant());
  const { paste, asked } = answers('?code=spent-code', '?code=spent-code');
  const { login } = await world.start({ paste });
  expect(await rejection(login)).toMatchObject({
    code: 'login_failed',
    message: expect.stringContaining('A code works once, and only for a few minutes.'),
  });
  expect(asked).toHaveLength(1);
  expect(world.sent).toHaveLength(1);
});

test('a pasted refusal ends the login like one that a browser brings', async () => {
  const world = await startBrowserWorld();
  world.emulator.oauth.settings.authorize = 'deny';
  const { paste, questions } = prompt();
  const { login, url } = await world.start({ paste });
  questions[0]?.answer(await world.authorize(url));
  expect(await rejection(login)).toMatchObject({ code: 'access_denied' });
  expect(world.sent).toEqual([]);
});

describe('with no port to listen at', () => {
  test('the login goes on with the redirect of the first port', async () => {
    const world = await startBrowserWorld();
    const ports = await allBusy();
    const { paste, questions } = prompt();
    const { login, url, redirectUri } = await world.start({ paste, ports });
    expect(redirectUri).toBe(`http://localhost:${ports[0]}/auth/callback`);
    questions[0]?.answer(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
    expect(world.redirectUris).toEqual([redirectUri]);
  });

  test('a prompt that fails ends it with its own error', async () => {
    const world = await startBrowserWorld();
    const reason = new Error('end of input');
    const { login } = await world.start({ paste: () => Promise.reject(reason), ports: await allBusy() });
    expect(await rejection(login)).toBe(reason);
  });

  test('the limit ends it, and takes the question back', async () => {
    const world = await startBrowserWorld();
    const { paste, questions } = prompt();
    const { login } = await world.start({ paste, ports: await allBusy() });
    world.expire();
    expect(await rejection(login)).toMatchObject({ code: 'login_timeout' });
    expect(questions[0]?.signal.aborted).toBe(true);
  });
});

test('without a prompt, no port is an error that names the ports and the other ways', async () => {
  const world = await startBrowserWorld();
  const ports = await allBusy();
  const error = await rejection(world.start({ ports }));
  expect(error).toMatchObject({ code: 'port_unavailable' });
  for (const word of [...ports, 'loginWithDeviceCode()', '`paste`', '--device']) {
    expect((error as Error).message).toContain(String(word));
  }
  expect(world.opened).toEqual([]);
  expect(await rejection(world.start({ ports: ports.slice(0, 1) }))).toMatchObject({
    message: expect.stringContaining(`at port ${ports[0]} of this machine`),
  });
});
