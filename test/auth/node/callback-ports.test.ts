import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../../src/auth/node/callback-ports';
import { loginWithBrowser } from '../../../src/auth/node/login-with-browser';
import { silentLogger } from '../../../src/shared/logger';
import { createRuntime } from '../../../src/shared/runtime';
import { memoryAuthStore } from '../../../src/stores/memory-store';
import { rejection } from '../login-world';
import { freePort, occupy, startBrowserWorld, visit } from './browser-world';
import { ask, HAS_IPV6 } from './raw-request';

describe('a port that is in use', () => {
  test('is asked for once, politely, tried eleven times, and then the next one is taken', async () => {
    const world = await startBrowserWorld();
    const [other, second] = [await occupy(), await freePort()];
    const { login, url, port } = await world.start({ ports: [other.port, second] });
    expect(port).toBe(second);
    expect(other.paths).toEqual(['GET /cancel']);
    expect(world.pauses).toEqual(Array.from({ length: 10 }, () => 200));
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
  });

  test('only at the first port; the second belongs to whoever has it', async () => {
    const world = await startBrowserWorld();
    const [first, second] = [await occupy(), await occupy()];
    await rejection(world.start({ ports: [first.port, second.port] }));
    expect(first.paths).toEqual(['GET /cancel']);
    expect(second.paths).toEqual([]);
    expect(world.pauses).toHaveLength(20);
  });

  test('is taken when the other program makes room', async () => {
    const world = await startBrowserWorld();
    const other = await occupy();
    world.atPause((count) => {
      if (count === 3) void other.close();
    });
    // The pauses of this world are over at once; closing takes a little longer, but not for ever.
    const ports = [other.port, other.port, other.port];
    const { login, url, port } = await world.start({ ports });
    expect(port).toBe(other.port);
    await visit(await world.authorize(url));
    expect((await login).accessToken).toBeTruthy();
  });

  test('by another login of ours: that one ends, without a loss, and this one takes its place', async () => {
    const world = await startBrowserWorld();
    const runtime = createRuntime(); // with real pauses, in which the first one closes
    const port = await freePort();
    const end = new AbortController();
    const begin = (): Promise<{ login: Promise<unknown> }> =>
      new Promise((resolve) => {
        const authStore = memoryAuthStore(world.emulator.login());
        const common = { authStore, issuer: world.issuer, ports: [port], openBrowser: () => {}, signal: end.signal };
        const login = loginWithBrowser({ ...common, onUrl: () => resolve({ login }) }, { runtime });
        login.catch(() => {});
      });
    const first = await begin();
    const second = await begin();
    expect(await rejection(first.login)).toMatchObject({
      code: 'login_cancelled',
      message: expect.stringContaining('Another login on this machine'),
    });
    expect((await ask(port, '/')).status).toBe(404);
    end.abort(new Error('enough'));
    await rejection(second.login);
    expect(world.sent).toEqual([]); // nothing was revoked
  });

  test.runIf(HAS_IPV6)(
    'on ::1 alone counts as busy, and is asked for there: both halves of localhost must be ours',
    async () => {
      const world = await startBrowserWorld();
      const [other, second] = [await occupy({ host: '::1' }), await freePort()];
      const { port } = await world.start({ ports: [other.port, second] });
      expect(port).toBe(second);
      expect(other.paths).toEqual(['GET /cancel']);
      await expect(occupy({ port: other.port })).resolves.toMatchObject({ port: other.port }); // and our half was let go
    },
  );

  test('a program that never answers, or answers without end, delays but does not block', async () => {
    const world = await startBrowserWorld();
    const endless = await occupy({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': '1000000000' });
        response.write('x');
      },
    });
    const silent = await occupy({ answer: () => {} });
    for (const other of [endless, silent]) {
      const second = await freePort();
      expect((await world.start({ ports: [other.port, second] })).port).toBe(second);
      expect(other.paths).toEqual(['GET /cancel']);
    }
  });

  test('a program that switches protocols instead does not block either', async () => {
    const world = await startBrowserWorld();
    const [other, second] = [await occupyRaw(SWITCH), await freePort()];
    expect((await world.start({ ports: [other, second] })).port).toBe(second);
  });

  test('an abort ends the wait for its answer', async () => {
    const world = await startBrowserWorld();
    const controller = new AbortController();
    const reason = new Error('enough');
    let isGivenUp = false;
    const answer: RequestListener = (request) => {
      request.once('close', () => {
        isGivenUp = true;
      });
      controller.abort(reason);
    };
    const silent = await occupy({ answer });
    expect(await rejection(world.start({ ports: [silent.port], signal: controller.signal }))).toBe(reason);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(isGivenUp).toBe(false); // nobody waited for it
  });

  test('a redirect that the other program answers with is not followed', async () => {
    const world = await startBrowserWorld();
    const target = await occupy();
    const other = await occupy({
      answer: (_request, response) => {
        response.writeHead(302, { location: `http://127.0.0.1:${target.port}/stolen` }).end();
      },
    });
    await world.start({ ports: [other.port, await freePort()] });
    expect(other.paths).toEqual(['GET /cancel']);
    expect(target.paths).toEqual([]);
  });
});

test('an abort ends the search', async () => {
  const world = await startBrowserWorld();
  const other = await occupy();
  const controller = new AbortController();
  const reason = new Error('enough');
  world.atPause(() => controller.abort(reason));
  const error = await rejection(world.start({ ports: [other.port, await freePort()], signal: controller.signal }));
  expect(error).toBe(reason);
  expect(world.opened).toEqual([]);
});

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';

/** Another program, which answers every connection with `bytes` and closes none. */
async function occupyRaw(bytes: string): Promise<number> {
  const sockets: Socket[] = [];
  const server = createNetServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that fails to listen where `codes` has a code for the address. */
function failing(codes: Record<string, string>) {
  return () => {
    const server = createServer();
    const listen = server.listen.bind(server);
    server.listen = ((options: { host: string; port: number }, done: () => void) => {
      const code = codes[options.host];
      if (code === undefined) return listen(options, done);
      queueMicrotask(() => server.emit('error', Object.assign(new Error(code), { code })));
      return server;
    }) as typeof server.listen;
    return server;
  };
}

async function search(codes: Record<string, string>, ports: number[]) {
  const { runtime, pauses } = await startBrowserWorld();
  const { signal } = new AbortController();
  const bound = await listenOnLoopback({ ports, createServer: failing(codes), runtime, logger: silentLogger, signal });
  onTestFinished(() => {
    for (const server of bound?.servers ?? []) server.close();
  });
  return { bound, pauses };
}

test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('without IPv6 (%s) the half that is there is enough', async (code) => {
  const { bound, pauses } = await search({ '::1': code }, [0]);
  expect(bound?.servers).toHaveLength(1);
  expect(bound?.port).toBeGreaterThan(0);
  expect(pauses).toEqual([]);
});

test('a port that may not be used, as under WSL, counts as busy; nobody is asked to make room', async () => {
  const other = await occupy();
  const { bound, pauses } = await search({ '127.0.0.1': 'EACCES' }, [other.port]);
  expect(bound).toBeUndefined();
  expect(pauses).toHaveLength(10);
  expect(other.paths).toEqual([]);
});

test('another failure does not get better by waiting', async () => {
  const { bound, pauses } = await search({ '::1': 'EMFILE' }, [0, 0]);
  expect(bound).toBeUndefined();
  expect(pauses).toEqual([]);
});

test.each([[[]], [[70_000]], [[-1]], [[1455.5]], [[Number.NaN]], [[1455, 65_536]]])(
  'ports that are none are a mistake of the caller: %j',
  async (ports) => {
    const world = await startBrowserWorld();
    const error = await rejection(world.start({ ports, paste: async () => 'never asked' }));
    expect(error).toMatchObject({ code: 'invalid_setting', message: expect.stringContaining('`ports`') });
    expect(world.opened).toEqual([]);
  },
);
