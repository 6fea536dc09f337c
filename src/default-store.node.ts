import type { ModelCache } from './catalog/model-cache';
import type { DefaultAuthStoreOptions } from './default-store.none';
import { isSet } from './shared/is-set';
import { createLineLogger } from './shared/line-logger';
import type { Logger } from './shared/logger';
import { createRuntime } from './shared/runtime';
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

/** Lines on stderr where `CODEX_DEBUG` is set, looked up at every record; silence elsewhere. Never stdout. */
export function defaultLogger(): Logger {
  const isVerbose = () => isSet(process.env.CODEX_DEBUG);
  const write = (line: string) => {
    if (isVerbose()) writeError(`${line}\n`);
  };
  const { debug, warn } = createLineLogger(write, { isVerbose, now: createRuntime().now });
  return {
    debug,
    warn,
    get isSilent() {
      return !isVerbose();
    },
  };
}

/** A stderr that nobody reads any more must not end the app; with nobody listening, its error would. */
function writeError(text: string): void {
  const { stderr } = process;
  stderr.write(text, (error) => {
    if (error && stderr.listenerCount('error') === 0) stderr.once('error', () => {});
  });
}

/** `models.json` beside our file of logins. Nothing is looked up before it is read or written. */
export function defaultModelCache(): ModelCache | undefined {
  const open = async () => (await import('./default-sources')).fileModelCache();
  return {
    read: async () => (await open()).read(),
    write: async (text) => (await open()).write(text),
  };
}
