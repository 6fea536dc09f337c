import type { ModelCache } from './catalog/model-cache';
import { AuthStoreError } from './shared/auth-store-error';
import { type Logger, silentLogger } from './shared/logger';
import type { Runtime } from './shared/runtime';
import type { AuthStore } from './stores/auth-store';

export interface DefaultAuthStoreOptions {
  /** Whether the login of the Codex CLI counts. Default: unless `NODE_ENV` is `production`, looked up at the first use. */
  codexCliLogin?: boolean | undefined;
  /** Asked whom a personal access token speaks for. Default `https://auth.openai.com`. */
  issuer?: string;
  runtime?: Runtime;
  /** Silent by default. */
  logger?: Logger;
}

function noStore(code: 'unreadable' | 'unwritable'): AuthStoreError {
  const message =
    'This runtime has no default place for logins. Pass `authStore` to createCodex, such as memoryAuthStore().';
  return new AuthStoreError({ code, message });
}

/** Stands in where there is no file system: says what to do to whoever needs a login. */
export function defaultAuthStore(_options: DefaultAuthStoreOptions = {}): AuthStore {
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

/** Nobody's stderr is known here. */
export function defaultLogger(): Logger {
  return silentLogger;
}

export function defaultModelCache(): ModelCache | undefined {
  return undefined;
}
