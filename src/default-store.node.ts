import type { AuthStore } from './stores/auth-store';

/** The user's login file. Its code is loaded by the first call of a method, so that a provider costs nothing to create. */
export function defaultAuthStore(): AuthStore {
  let opened: Promise<AuthStore> | undefined;
  const open = () => {
    opened ??= import('./stores/node/file-store').then(({ fileAuthStore }) => fileAuthStore());
    return opened;
  };
  return {
    read: async (profile) => (await open()).read(profile),
    update: async (profile, change) => (await open()).update(profile, change),
    profiles: async () => (await open()).profiles(),
  };
}
