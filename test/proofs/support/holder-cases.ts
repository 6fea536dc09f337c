import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CodexEmulator, startCodexEmulator } from '../../../src/testing';
import { bundleChild } from '../../support/bundle-child';
import type { Engine } from './engines';
import { type Gate, type GatedIssuer, openGatedIssuer } from './gated-issuer';
import { type Outcome, type Refresher, startRefresher } from './refresher';

const MINUTE = 60_000;

/**
 * What must come of a process that dies, or stands still for longer than its lock lasts, while it refreshes a login that
 * others wait for.
 */
export function describeHolderCases(engine: Engine): void {
  describe(`a holder of the lock, ${engine.name}`, () => {
    let program: string;
    let open: Stage | undefined;

    beforeAll(async () => {
      program = await bundleChild(new URL('../children/refresh-once.ts', import.meta.url));
    });
    afterEach(() => open?.close());
    const enter = async (gate: Gate) => {
      open = await setUp(engine, program, gate);
      return open;
    };

    test('killed before the issuer took the token: another one refreshes', async () => {
      const stage = await enter('before');
      const holder = await stage.holdsTheToken();
      holder.signal('SIGKILL');
      expect(await stage.crowd(3)).toEqual(Array(3).fill(await stage.withStoredToken()));
      expect(stage.statuses()).toEqual([200]);
      expect(stage.emulator.violations).toEqual([]);
    });

    test('killed after that: one more request, then everybody is told to log in, without another', async () => {
      const stage = await enter('after');
      const holder = await stage.holdsTheToken();
      holder.signal('SIGKILL');
      const relogin = { code: 'relogin_required', message: expect.stringContaining('refresh_token_reused') };
      expect(await stage.crowd(3)).toEqual(Array(3).fill(relogin));
      expect(stage.statuses()).toEqual([200, 401]);
      expect(await stage.crowd(2)).toEqual(Array(2).fill(relogin));
      expect(stage.statuses()).toEqual([200, 401]);
      expect(await stage.store.read('default')).toMatchObject({ refreshFailure: { permanent: true } });
    });

    test('stopped before the issuer took the token: it cannot overwrite the pair of another, and uses that', async () => {
      const stage = await enter('before');
      const holder = await stage.holdsTheToken();
      holder.signal('SIGSTOP');
      const others = await stage.crowd(2);
      const newer = await stage.store.read('default');
      await stage.release(); // its answer, a refusal, waits for it
      holder.signal('SIGCONT');
      expect(await holder.outcome).toEqual(await stage.withStoredToken());
      expect(others).toEqual(Array(2).fill(await stage.withStoredToken()));
      expect(await stage.store.read('default')).toEqual(newer);
      expect(stage.statuses()).toEqual([200, 401]);
    });

    test('stopped after that, and another one was refused: it stores the pair that it alone has', async () => {
      const stage = await enter('after');
      const holder = await stage.holdsTheToken();
      holder.signal('SIGSTOP');
      expect(await stage.crowd(1)).toMatchObject([{ code: 'relogin_required' }]);
      await stage.release();
      holder.signal('SIGCONT');
      const outcome = await holder.outcome;
      expect(outcome).toEqual(await stage.withStoredToken());
      expect(await stage.store.read('default')).not.toHaveProperty('refreshFailure');
      expect(await stage.crowd(2)).toEqual([outcome, outcome]);
      expect(stage.statuses()).toEqual([200, 401]);
    });

    test('stopped while somebody logs in: it cannot overwrite that login, and uses it', async () => {
      const stage = await enter('after');
      const holder = await stage.holdsTheToken();
      holder.signal('SIGSTOP');
      const login = stage.login(60 * MINUTE);
      await stage.store.update('default', async () => login);
      await stage.release();
      holder.signal('SIGCONT');
      expect(await holder.outcome).toMatchObject({ authorization: `Bearer ${login.accessToken}` });
      expect((await stage.store.read('default'))?.refreshToken).toBe(login.refreshToken);
      expect(stage.statuses()).toEqual([200]);
    });
  });
}

type Stage = Awaited<ReturnType<typeof setUp>>;

/** A store with an expired login, an issuer with a gate, and processes that share them. */
async function setUp(engine: Engine, program: string, gate: Gate) {
  const emulator: CodexEmulator = await startCodexEmulator();
  const door: GatedIssuer = await openGatedIssuer(emulator.issuer, gate);
  const { args, store, close } = await engine.prepare();
  const children: Refresher[] = [];
  const login = (expiresInMs: number) => ({ ...emulator.login({ expiresInMs }), issuer: door.url });
  await store.update('default', async () => login(-MINUTE));

  const start = async () => {
    const child = await startRefresher(program, door.url, args);
    children.push(child);
    return child;
  };

  return {
    emulator,
    store,
    login,
    release: door.release,
    /** A process that has presented the refresh token, and waits at the gate. */
    async holdsTheToken(): Promise<Refresher> {
      const child = await start();
      child.go();
      const early = child.outcome.then((outcome): never => {
        throw new Error(`ended without a request: ${outcome.code}`);
      });
      await Promise.race([door.held, early]);
      expect(await store.read('default')).toMatchObject({ refreshing: { fingerprint: expect.any(String) } });
      return child;
    },
    /** What as many more processes get, all at once. */
    async crowd(size: number): Promise<Outcome[]> {
      const crowd = await Promise.all(Array.from({ length: size }, start));
      for (const child of crowd) child.go();
      return Promise.all(crowd.map(({ outcome }) => outcome));
    },
    /** The headers of a request with what is stored, which has no trace of a refresh under way. */
    async withStoredToken(): Promise<Outcome> {
      const stored = await store.read('default');
      expect(stored).not.toHaveProperty('refreshing');
      return expect.objectContaining({ authorization: `Bearer ${stored?.accessToken}` });
    },
    /** What the issuer has answered to refreshes. */
    statuses: () => emulator.requests.filter(({ path }) => path === '/oauth/token').map(({ status }) => status),
    async close() {
      for (const child of children) child.signal('SIGKILL');
      door.close();
      await emulator.close();
      await close();
    },
  };
}
