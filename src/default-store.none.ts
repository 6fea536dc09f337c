import { AuthStoreError } from './shared/auth-store-error';
import type { AuthStore } from './stores/auth-store';

function noStore(code: 'unreadable' | 'unwritable'): AuthStoreError {
  const message =
    'This runtime has no default place for logins. Pass `authStore` to createCodex, such as memoryAuthStore().';
  return new AuthStoreError({ code, message });
}

/** Stands in where there is no file system: says what to do to whoever needs a login. */
export function defaultAuthStore(): AuthStore {
  return {
    readonly: true,
    read: async () => {
      throw noStore('unreadable');
    },
    update: async () => {
      throw noStore('unwritable');
    },
    profiles: async () => [],
  };
}
