import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CodexAuthError } from '../../../src/auth/errors';
import { type CredentialSources, defaultCredentialChain } from '../../../src/auth/node/sources/default-chain';
import { AuthStoreError } from '../../../src/shared/auth-store-error';
import type { OAuthCredentials } from '../../../src/shared/credentials';
import type { AuthStore } from '../../../src/stores/auth-store';
import { memoryAuthStore } from '../../../src/stores/memory-store';
import { rejection } from '../harness';
import { recordingLogger } from './setup';

const OURS = { accessToken: 'ours', refreshToken: 'rt-ours' };
const OTHER = new CodexAuthError({ code: 'invalid_credential', message: 'It holds an API key.' });
const PASSING = new CodexAuthError({ code: 'refresh_failed', message: 'Try again.' });
const DAMAGED = new AuthStoreError({ code: 'corrupt', message: 'It is damaged.' });

/** A store that is not to be written: with a login, without one, or with a failure. */
function fixed(location: string, content: OAuthCredentials | Error | undefined) {
  const read = vi.fn(async (profile: string) => {
    if (content instanceof Error) throw content;
    return profile === 'default' ? content : undefined;
  });
  return {
    readonly: true,
    read,
    update: vi.fn(async () => {
      throw new AuthStoreError({ code: 'unwritable', message: `${location} is not written.` });
    }),
    profiles: async () => ((await read('default')) ? ['default'] : []),
    describe: async () => ({ location, renewal: `${location} renews it.` }),
  } satisfies AuthStore;
}

let log: ReturnType<typeof recordingLogger>;
beforeEach(() => {
  log = recordingLogger();
});

function chain(sources: Partial<CredentialSources> = {}) {
  const { own = memoryAuthStore(), environment = fixed('the environment', undefined), codexCli } = sources;
  return defaultCredentialChain({ own, environment, codexCli, logger: log.logger });
}

const environment = () => fixed('the environment', { accessToken: 'env' });
const codexCli = () => fixed('the CLI', { accessToken: 'cli' });

describe('the login that is used', () => {
  it('is that of the environment, then ours, then the Codex CLI’s', async () => {
    const own = memoryAuthStore(OURS);
    const cli = codexCli();
    expect(await chain({ environment: environment(), own, codexCli: cli }).read('default')).toEqual({
      accessToken: 'env',
    });
    expect(await chain({ own, codexCli: cli }).read('default')).toEqual(OURS);
    expect(cli.read).not.toHaveBeenCalled();
    expect(await chain({ codexCli: cli }).read('default')).toEqual({ accessToken: 'cli' });
    expect(await chain({}).read('default')).toBeUndefined();
  });

  it('of another profile is ours alone', async () => {
    const own = memoryAuthStore({ work: OURS });
    const all = chain({ environment: environment(), own, codexCli: codexCli() });
    expect(await all.read('work')).toEqual(OURS);
    expect(await all.read('home')).toBeUndefined();
    expect(await all.describe?.('home')).toEqual({ location: 'memory of this process' });
  });

  it.each([
    ['environment', OTHER],
    ['environment', DAMAGED],
    ['own', DAMAGED],
    ['own', OTHER],
    ['codexCli', DAMAGED],
    ['codexCli', PASSING],
  ] as const)('is not another one when %s cannot be read: %s', async (name, error) => {
    const later = name === 'codexCli' ? {} : { codexCli: codexCli() };
    const failing = chain({ ...later, [name]: fixed(name, error) });
    expect(await rejection(failing.read('default'))).toBe(error);
  });

  it('is none when the Codex CLI is logged in by something else', async () => {
    const all = chain({ codexCli: fixed('the CLI', OTHER) });
    expect(await all.read('default')).toBeUndefined();
    expect(await all.profiles()).toEqual([]);
    expect(await all.describe?.('default')).toEqual({
      location: 'memory of this process',
      renewal: 'the CLI renews it.',
    });
    expect(log.logged).toEqual([
      { level: 'debug', message: 'No login was found.', details: { profile: 'default', hint: 'the CLI renews it.' } },
    ]);
  });

  it('is named once for each source', async () => {
    const own = memoryAuthStore();
    const all = chain({ own, codexCli: codexCli() });
    await all.read('default');
    await all.read('default');
    await own.update('default', async () => OURS);
    await all.read('default');
    await all.read('default');
    expect(log.logged.map(({ level, details }) => [level, details?.source])).toEqual([
      ['debug', 'the CLI'],
      ['debug', 'memory of this process'],
    ]);
  });
});

describe('a change', () => {
  it('is made to our own record, which is all that it sees', async () => {
    const own = memoryAuthStore();
    const cli = codexCli();
    const all = chain({ own, codexCli: cli });
    const change = vi.fn(async () => OURS);
    expect(await all.update('default', change)).toEqual(OURS);
    expect(change).toHaveBeenCalledWith(undefined);
    expect(await own.read('default')).toEqual(OURS);
    expect(await all.read('default')).toEqual(OURS);
    expect(cli.update).not.toHaveBeenCalled();
  });

  it('is refused while the environment has the login, of this profile alone', async () => {
    const own = memoryAuthStore();
    const all = chain({ own, environment: environment() });
    const change = vi.fn(async () => OURS);
    expect(await rejection(all.update('default', change))).toMatchObject({ code: 'unwritable' });
    expect(change).not.toHaveBeenCalled();
    await all.update('work', change);
    expect(await own.profiles()).toEqual(['work']);
  });
});

describe('what there is', () => {
  it('is the union of all profiles', async () => {
    const own = memoryAuthStore({ work: OURS, default: OURS });
    expect(await chain({ own, codexCli: codexCli(), environment: environment() }).profiles()).toEqual([
      'default',
      'work',
    ]);
    expect(await chain({ codexCli: codexCli() }).profiles()).toEqual(['default']);
    expect(await rejection(chain({ codexCli: fixed('the CLI', DAMAGED) }).profiles())).toBe(DAMAGED);
  });

  it('does not hide our own profiles when the Codex CLI’s file cannot be read', async () => {
    const damaged = fixed('the CLI', DAMAGED);
    const own = memoryAuthStore({ work: OURS });
    expect(await chain({ own, codexCli: damaged }).profiles()).toEqual(['work']);
    expect(await chain({ environment: environment(), codexCli: damaged }).profiles()).toEqual(['default']);
  });

  it('says whether it can be written: only what is ours', async () => {
    const own = memoryAuthStore(OURS);
    const places = [
      chain({ environment: environment(), own }),
      chain({ own, codexCli: codexCli() }),
      chain({ codexCli: codexCli() }),
      chain({ codexCli: fixed('the CLI', OTHER) }),
    ];
    const described = await Promise.all(
      places.map(async (one) => (await one.describe?.('default'))?.readonly ?? false),
    );
    expect(described).toEqual([true, false, true, false]);
  });

  it('is described by the store that would be read, the environment without reading it', async () => {
    const set = environment();
    const own = memoryAuthStore(OURS);
    const places = [
      chain({ environment: { ...set, profiles: async () => ['default'] }, own, codexCli: codexCli() }),
      chain({ own, codexCli: codexCli() }),
      chain({ codexCli: codexCli() }),
      chain({ own: fixed('ours', DAMAGED), codexCli: codexCli() }),
    ];
    expect(await Promise.all(places.map(async (one) => (await one.describe?.('default'))?.location))).toEqual([
      'the environment',
      'memory of this process',
      'the CLI',
      'ours',
    ]);
    expect(set.read).not.toHaveBeenCalled();
  });
});
