import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuthStore } from '../../../src/stores/auth-store';
import { type CodexEmulator, startCodexEmulator, tokenFailures } from '../../../src/testing';
import { openSlowDoor, type SlowDoor } from '../../auth/slow-door';
import { bundleChild } from '../../support/bundle-child';
import type { Engine } from './engines';
import { type Outcome, startRefresher } from './refresher';

const PROCESSES = 24;
const MINUTE = 60_000;

/** What must come of many processes that want the same thing at the same moment. */
export function describeCrowdCases(engine: Engine): void {
  describe(`${PROCESSES} processes, ${engine.name}`, () => {
    let refreshOnce: string;
    let countUp: string;
    let emulator: CodexEmulator;
    let door: SlowDoor;
    let args: string[];
    let store: AuthStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      refreshOnce = await bundleChild(new URL('../children/refresh-once.ts', import.meta.url));
      countUp = await bundleChild(new URL('../children/count-up.ts', import.meta.url));
    });
    beforeEach(async () => {
      emulator = await startCodexEmulator();
      door = await openSlowDoor(emulator.issuer, 2);
      ({ args, store, close } = await engine.prepare());
    });
    afterEach(async () => {
      door.close();
      await emulator.close();
      await close();
    });

    const logIn = (expiresInMs: number) =>
      store.update('default', async () => ({ ...emulator.login({ expiresInMs }), issuer: door.url }));
    const statuses = () => emulator.requests.map(({ path, status }) => `${path} ${status}`);
    /** Starts all, lets them go at the same moment, and gives what each ended with. */
    async function race(program: string, first: string): Promise<Outcome[]> {
      const crowd = await Promise.all(Array.from({ length: PROCESSES }, () => startRefresher(program, first, args)));
      for (const one of crowd) one.go();
      return Promise.all(crowd.map(({ outcome }) => outcome));
    }

    test('with a token about to expire refresh it once, and all use the new one', async () => {
      const before = await logIn(MINUTE);
      const used = await race(refreshOnce, door.url);
      expect(statuses()).toEqual(['/oauth/token 200']);
      expect(emulator.violations).toEqual([]);
      const stored = await store.read('default');
      expect(stored?.refreshToken).not.toBe(before?.refreshToken);
      expect(stored).not.toHaveProperty('refreshing');
      const authorization = `Bearer ${stored?.accessToken}`;
      expect(used.map((outcome) => outcome.authorization)).toEqual(Array(PROCESSES).fill(authorization));
    });

    test('with an expired token learn from one request that it is refused', async () => {
      await logIn(-MINUTE);
      emulator.tokenReply(tokenFailures.refused('refresh_token_expired'));
      const outcomes = await race(refreshOnce, door.url);
      expect(outcomes.map(({ code }) => code)).toEqual(Array(PROCESSES).fill('relogin_required'));
      expect(statuses()).toEqual(['/oauth/token 401']);
    });

    test('that find nothing there, not even a table, lose no change of each other', async () => {
      expect(await race(countUp, '3')).toEqual(Array(PROCESSES).fill({}));
      expect(await store.read('default')).toEqual({ accessToken: 'a', lastRefreshAt: PROCESSES * 3 });
    });
  });
}
