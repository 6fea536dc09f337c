import { codexCliAuthStore } from './auth/node/sources/codex-cli';
import { defaultCredentialChain } from './auth/node/sources/default-chain';
import { environmentAuthStore } from './auth/node/sources/environment';
import type { ModelCache } from './catalog/model-cache';
import { modelCacheBeside, modelCacheFile } from './catalog/node/model-cache-file';
import type { DefaultAuthStoreOptions } from './default-store.none';
import { AuthStoreError } from './shared/auth-store-error';
import { DEFAULT_ISSUER } from './shared/constants';
import { silentLogger } from './shared/logger';
import { createRuntime } from './shared/runtime';
import type { AuthStore } from './stores/auth-store';
import { defaultAuthPath } from './stores/node/default-path';
import { fileAuthStore } from './stores/node/file-store';

/** The sources of {@link defaultCredentialChain} as they are on this machine. */
export function openDefaultSources(options: DefaultAuthStoreOptions): AuthStore {
  const { issuer = DEFAULT_ISSUER, runtime = createRuntime(), logger = silentLogger } = options;
  return defaultCredentialChain({
    own: openedByUse(fileAuthStore),
    environment: environmentAuthStore({ issuer, runtime }),
    codexCli: options.codexCliLogin ? codexCliAuthStore() : undefined,
    logger,
  });
}

export interface FileModelCacheOptions {
  /** The file. Default: `models.json` beside the file that `fileAuthStore()` uses. */
  path?: string;
}

/**
 * Keeps the list of models in a file between two runs of a program, for the setting `modelCache`. It holds no secret, and
 * names accounts by a hash. Nothing is touched before the first call; a file that cannot be read or written, or that
 * somebody damaged, costs a request and no more.
 */
export function fileModelCache({ path }: FileModelCacheOptions = {}): ModelCache {
  return modelCacheFile(() => path ?? modelCacheBeside(defaultAuthPath()));
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
