import { AuthStoreError } from './shared/auth-store-error';
import type { AuthStore } from './stores/auth-store';

/** Stands in where there is no file system: holds nothing, and says what to do to whoever wants to store something. */
export function defaultAuthStore(): AuthStore {
  return {
    readonly: true,
    read: async () => undefined,
    update: async () => {
      throw new AuthStoreError({
        code: 'unwritable',
        message:
          'This runtime has no default place for logins. Pass `authStore` to createCodex, such as memoryAuthStore().',
      });
    },
    profiles: async () => [],
  };
}
