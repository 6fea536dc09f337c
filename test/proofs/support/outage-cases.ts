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
  /** The lease of the profile `default` is as it was long ago. `args` name the store. */
  setBack(args: string[]): Promise<unknown>;
  /** The lease of the profile `default` was not given back, and has run out. */
  abandon(args: string[]): Promise<unknown>;
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
    async function changeDuring(trouble: () => Promise<unknown>): Promise<number> {
      let runs = 0;
      await store.update('default', async () => {
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
      expect(await changeDuring(() => outages.setBack(args))).toBe(1);
    });

    test('set back while a change runs, and somebody has come since: what they wrote stays', async () => {
      const other = await openServerStore(args);
      const update = store.update('default', async () => {
        await outages.setBack(args);
        await other.store.update('default', async () => NEW);
        return OLD;
      });
      await expect(update).rejects.toMatchObject({ code: 'lock_lost' });
      await other.close();
      expect(await store.read('default')).toEqual(NEW);
    });

    test('down for longer than a lease lasts: its holder gets the time for a heartbeat before another succeeds it', async () => {
      const [name = '', , , , ...rest] = args;
      const openWith = (heartbeatMs: number) => openServerStore([name, '45000', String(heartbeatMs), '300', ...rest]);
      const [patient, hasty] = await Promise.all([openWith(10_000), openWith(10)]);
      await outages.abandon(args);
      await expect(patient.store.update('default', async () => NEW)).rejects.toMatchObject({ code: 'lock_timeout' });
      await hasty.store.update('default', async () => NEW);
      await Promise.all([patient.close(), hasty.close()]);
      expect(await store.read('default')).toEqual(NEW);
    });

    test('refusing to write for a while, as a replica does: the outcome is stored afterwards', async () => {
      let allowed: Promise<unknown> | undefined;
      const refuse = async () => {
        const allow = await outages.refuse();
        allowed = delay(500).then(allow);
      };
      expect(await changeDuring(refuse)).toBe(1);
      await allowed;
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
