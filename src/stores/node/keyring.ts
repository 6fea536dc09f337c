import { plainCause } from '../../shared/plain-cause';

/** The few things that we need of a keychain: texts by account, of one service. */
export interface Keyring {
  /** undefined only when there is none; a keychain that is locked rejects. */
  get(account: string): Promise<string | undefined>;
  set(account: string, text: string): Promise<void>;
  delete(account: string): Promise<void>;
}

type KeyringPackage = Pick<typeof import('@napi-rs/keyring'), 'AsyncEntry'>;

/** Milliseconds. A locked keychain may ask its user, who may not be there. */
const ANSWER_MS = 60_000;
const PAUSE_MS = 250;

/** The package waits for D-Bus some 2 s alone, which a daemon that has to start, or a machine under load, may need. */
const NO_REPLY = /not receive a reply|NoReply/i;

// Without it the package falls back to the kernel's keyring, which is empty after the next start of the machine.
const SECRET_SERVICE = { linux: { store: 'secret-service' } } as const;

/**
 * The keychain of the system: macOS's, Windows' credential manager, Linux's Secret Service. Loads `@napi-rs/keyring` on
 * first use. Everything that it rejects with says what to do next.
 */
export function systemKeyring(
  service: string,
  load: () => Promise<KeyringPackage> = () => import('@napi-rs/keyring'),
): Keyring {
  const entryOf = async (account: string) => {
    const { AsyncEntry } = await loaded(load);
    return new AsyncEntry(service, account, SECRET_SERVICE);
  };
  return {
    get: async (account) => (await answered(async () => (await entryOf(account)).getPassword())) ?? undefined,
    set: (account, text) => answered(async () => (await entryOf(account)).setPassword(text)),
    async delete(account) {
      await answered(async () => (await entryOf(account)).deleteCredential());
    },
  };
}

/** What {@link answered} passes on as it is. */
class PackageError extends Error {}

async function loaded(load: () => Promise<KeyringPackage>): Promise<KeyringPackage> {
  const keyring = await load().catch((error: unknown) => {
    const cause = plainCause(error);
    throw new PackageError('@napi-rs/keyring cannot be loaded. Run `npm install @napi-rs/keyring`.', { cause });
  });
  if (process.platform === 'linux' && !knowsStores(keyring)) {
    throw new PackageError('@napi-rs/keyring is too old. Run `npm install @napi-rs/keyring@2`.');
  }
  return keyring;
}

/** Releases that cannot be told which store to take ignore the option, so they take a store that does not exist. */
function knowsStores({ AsyncEntry }: KeyringPackage): boolean {
  try {
    new AsyncEntry('ai-sdk-codex', 'none', { linux: { store: 'none' as 'secret-service' } });
    return false;
  } catch {
    return true;
  }
}

/** Whatever is asked of a keychain can be asked twice. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const silence = new Promise<never>((_resolve, reject) => {
    const tooLong = () => reject(new Error(`no answer for ${ANSWER_MS / 1000} s`));
    const timer = setTimeout(tooLong, ANSWER_MS);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  let slow = false;
  const untilReply = async () => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        slow = NO_REPLY.test(String(error));
        if (!slow) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        if (over.signal.aborted) throw error;
      }
    }
  };
  try {
    return await Promise.race([untilReply(), silence]);
  } catch (error) {
    if (error instanceof PackageError) throw error;
    const cause = plainCause(error);
    const next = slow
      ? 'The service of the keychain does not reply. Try again, or start that service anew.'
      : 'Unlock the keychain, or use fileAuthStore() on a machine that has none.';
    throw new Error(`${cause.message.replace(/\.?$/, '.')} ${next}`, { cause });
  } finally {
    over.abort();
  }
}
