import type { DefaultAuthStoreOptions } from './default-store.none';
import { AuthStoreError } from './shared/auth-store-error';
import { DEFAULT_ISSUER } from './shared/constants';
import { silentLogger } from './shared/logger';
import { createRuntime } from './shared/runtime';
import type { AuthStore } from './stores/auth-store';

/**
 * The logins of this machine: `CODEX_ACCESS_TOKEN`, our own file, the Codex CLI's file. Their code is loaded by the first
 * call of a method, so that a provider costs nothing to create; environment and files are looked up at every call.
 */
export function defaultAuthStore(options: DefaultAuthStoreOptions = {}): AuthStore {
  let opened: Promise<AuthStore> | undefined;
  const open = () =>
    (opened ??= openChain(options).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return {
    read: async (profile) => (await open()).read(profile),
    update: async (profile, change) => (await open()).update(profile, change),
    profiles: async () => (await open()).profiles(),
    describe: async (profile) => (await (await open()).describe?.(profile)) ?? { location: 'the default store' },
  };
}

async function openChain(options: DefaultAuthStoreOptions): Promise<AuthStore> {
  const { issuer = DEFAULT_ISSUER, runtime = createRuntime(), logger = silentLogger } = options;
  const [{ defaultCredentialChain }, { environmentAuthStore }, { codexCliAuthStore }, { fileAuthStore }] =
    await Promise.all([
      import('./auth/node/sources/default-chain'),
      import('./auth/node/sources/environment'),
      import('./auth/node/sources/codex-cli'),
      import('./stores/node/file-store'),
    ]);
  const isCodexCliWanted = options.codexCliLogin ?? process.env.NODE_ENV !== 'production';
  return defaultCredentialChain({
    own: openedByUse(fileAuthStore),
    environment: environmentAuthStore({ issuer, runtime }),
    codexCli: isCodexCliWanted ? codexCliAuthStore() : undefined,
    logger,
  });
}

/** Opened by its methods: where there is no home, there may be no place for it, and yet a token in the environment. */
function openedByUse(open: () => AuthStore): AuthStore {
  let opened: AuthStore | undefined;
  const store = () => (opened ??= open());
  const writable = () => {
    try {
      return store();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : 'There is no place for logins.';
      throw new AuthStoreError({ code: 'unwritable', message, cause });
    }
  };
  return {
    read: async (profile) => store().read(profile),
    update: async (profile, change) => writable().update(profile, change),
    profiles: async () => store().profiles(),
    describe: async (profile) => (await store().describe?.(profile)) ?? { location: 'the default file' },
  };
}
