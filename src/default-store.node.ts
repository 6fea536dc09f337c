import type { DefaultAuthStoreOptions } from './default-store.none';
import type { AuthStore } from './stores/auth-store';

/**
 * The logins of this machine: `CODEX_ACCESS_TOKEN`, our own file, the Codex CLI's file. Their code is loaded by the first
 * call of a method, so that a provider costs nothing to create; environment and files are looked up at every call.
 */
export function defaultAuthStore(options: DefaultAuthStoreOptions = {}): AuthStore {
  let opened: Promise<AuthStore> | undefined;
  const open = () =>
    (opened ??= openSources(options).catch((error: unknown) => {
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

/** One module to load, because every import of its own splits what is built into more files, each of which takes time. */
async function openSources(options: DefaultAuthStoreOptions): Promise<AuthStore> {
  const codexCliLogin = options.codexCliLogin ?? process.env.NODE_ENV !== 'production';
  return (await import('./default-sources')).openDefaultSources({ ...options, codexCliLogin });
}
