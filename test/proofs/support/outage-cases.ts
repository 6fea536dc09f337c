import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthStore } from '../../../src/stores/auth-store';
import type { Engine } from './engines';
import { openServerStore } from './server-engines';
import type { ServerProcess } from './server-process';

/** What a server can do to those who use it. */
export interface Outages {
  server(): ServerProcess;
  /** Everything is gone. */
  empty(): Promise<unknown>;
  /** The fence of the profile `default`. `args` name the store. */
  fence(args: string[]): Promise<string>;
  /** The lease of the profile `default` is as it was when it had this `fence`. */
  setBack(args: string[], fence: string): Promise<unknown>;
  /** The lease of the profile `default` was not given back, and lasts until then: milliseconds since the epoch. */
  abandon(args: string[], until: number): Promise<unknown>;
  /** It refuses to write, until the function that this gives is called. */
  refuse(): Promise<() => Promise<unknown>>;
}

const OLD = { accessToken: 'access-CANARY-old', refreshToken: 'refresh-CANARY-old' };
const NEW = { accessToken: 'access-CANARY-new', refreshToken: 'refresh-CANARY-new' };

/** What must come of a change while the server is in trouble: its outcome is the only pair of tokens that still works. */
export function describeOutageCases(engine: Engine, outages: Outages): void {
  describe(`a server in trouble, ${engine.name}`, () => {
    let args: string[];
    let store: AuthStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ args, store, close } = await engine.prepare());
      await store.update('default', async () => OLD);
    });
    afterEach(() => close());

    /** Stores the new pair, while `trouble` is made in the change; gives how often the change ran. */
    async function changeDuring(trouble: () => Promise<unknown>, by = store): Promise<number> {
      let runs = 0;
      await by.update('default', async () => {
        runs += 1;
        await trouble();
        return NEW;
      });
      expect(await store.read('default')).toEqual(NEW);
      expect(await store.profiles()).toEqual(['default']);
      return runs;
    }

    test('killed and started again while a change runs: its outcome is stored', async () => {
      const restart = async () => {
        await outages.server().stop('SIGKILL');
        await outages.server().start();
      };
      expect(await changeDuring(restart)).toBe(1);
    });

    test('killed while a change runs, and started later: its outcome is stored then', async () => {
      let started: Promise<void> | undefined;
      const kill = async () => {
        await outages.server().stop('SIGKILL');
        started = delay(500).then(() => outages.server().start());
      };
      expect(await changeDuring(kill)).toBe(1);
      await started;
    });

    test('emptied while a change runs: its outcome is stored', async () => {
      expect(await changeDuring(outages.empty)).toBe(1);
    });

    test('set back while a change runs: its outcome is stored', async () => {
      const before = await outages.fence(args);
      expect(await changeDuring(() => outages.setBack(args, before))).toBe(1);
      expect(await changeDuring(() => outages.setBack(args, '0'))).toBe(1);
    });

    test.each([
      ['', 0],
      [' to a clock that is behind', 1],
    ])('set back%s while a change runs, and somebody has come since: what they wrote stays', async (_, behind) => {
      const other = await openServerStore(args);
      const before = await outages.fence(args);
      const update = store.update('default', async () => {
        const ours = await outages.fence(args);
        await outages.setBack(args, before);
        await other.store.update('default', async () => NEW);
        if (behind) await outages.setBack(args, String(Number(ours) - behind)); // the number it would have got there
        return OLD;
      });
      await expect(update).rejects.toMatchObject({ code: 'lock_lost' });
      await other.close();
      expect(await store.read('default')).toEqual(NEW);
    });

    test('down for longer than a lease lasts: its holder gets the time for a heartbeat before another succeeds it', async () => {
      const [name = '', , , , ...rest] = args;
      const openWith = (...times: string[]) => openServerStore([name, '45000', ...times, ...rest]);
      const [patient, hasty] = await Promise.all([openWith('10000', '300'), openWith('10', '20000')]);
      await outages.abandon(args, Date.now() - 1);
      await expect(patient.store.update('default', async () => NEW)).rejects.toMatchObject({ code: 'lock_timeout' });
      await hasty.store.update('default', async () => NEW);
      await Promise.all([patient.close(), hasty.close()]);
      expect(await store.read('default')).toEqual(NEW);
    });

    test('with a clock that was set back by an hour after a holder died: that one is succeeded all the same', async () => {
      const [name = '', , , , ...rest] = args;
      const { store: hasty, close: closeHasty } = await openServerStore([name, '45000', '10', '20000', ...rest]);
      await outages.abandon(args, Date.now() + 3_600_000);
      await hasty.update('default', async () => NEW);
      await closeHasty();
      expect(await store.read('default')).toEqual(NEW);
    });

    test('refusing to write for a while, as a replica does: the outcome is stored afterwards', async () => {
      let allow: (() => Promise<unknown>) | undefined;
      let allowed: Promise<unknown> | undefined;
      const own = await openServerStore(args, () => {
        allowed ??= allow?.();
      });
      const refuse = async () => {
        allow = await outages.refuse();
      };
      expect(await changeDuring(refuse, own.store)).toBe(1);
      expect(allowed).toBeDefined(); // it has been refused
      await allowed;
      await own.close();
    });

    test('refusing to write: no change runs, what is stored can be read, and the error holds no secret', async () => {
      const allow = await outages.refuse();
      let ran = false;
      const change = async () => {
        ran = true;
        return NEW;
      };
      const error = await store.update('default', change).catch((reason: unknown) => reason);
      const record = await store.read('default');
      await allow();
      expect({ error, ran, record }).toMatchObject({ error: { code: 'unwritable' }, ran: false, record: OLD });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    });
  });
}
