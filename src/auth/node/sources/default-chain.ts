import { DEFAULT_PROFILE } from '../../../shared/constants';
import type { OAuthCredentials } from '../../../shared/credentials';
import type { Logger } from '../../../shared/logger';
import type { AuthStore } from '../../../stores/auth-store';
import { CodexAuthError } from '../../errors';

export interface CredentialSources {
  /** Where logins made here are kept; the only one that is written. */
  own: AuthStore;
  /** Comes first: whoever sets a variable means it. */
  environment: AuthStore;
  /** Comes last. Without it the Codex CLI's file is not opened. */
  codexCli?: AuthStore | undefined;
  logger: Logger;
}

/** A login and the store it was found in. */
interface Found {
  store: AuthStore;
  login: OAuthCredentials;
}

/**
 * The logins that are there, in order: of the environment, of our own store, of the Codex CLI. The first that holds one
 * counts; one that cannot be read is an error, and no reason to go on with another account. What is written goes to our
 * own store, whose record alone a change sees: the Codex CLI's refresh token is not ours to spend.
 */
export function defaultCredentialChain({ own, environment, codexCli, logger }: CredentialSources): AuthStore {
  const tellOnce = onceEach(logger);
  const isInEnvironment = async (profile: string) => (await environment.profiles()).includes(profile);

  const find = async (profile: string): Promise<Found | undefined> => {
    for (const store of [environment, own]) {
      const login = await store.read(profile);
      if (login !== undefined) return { store, login };
    }
    const login = codexCli && (await unlessOther(codexCli.read(profile)));
    return login && { store: codexCli, login };
  };
  /** The Codex CLI may be logged in all the same, and says where; it has one profile. */
  const hintFor = async (profile: string) =>
    profile === DEFAULT_PROFILE ? (await placeOf(codexCli, profile))?.renewal : undefined;

  return {
    async read(profile) {
      const found = await find(profile);
      if (found) {
        tellOnce('A login was found.', { profile, source: (await placeOf(found.store, profile))?.location });
      } else {
        tellOnce('No login was found.', { profile, hint: await hintFor(profile) });
      }
      return found?.login;
    },
    async update(profile, change) {
      return ((await isInEnvironment(profile)) ? environment : own).update(profile, change);
    },
    async profiles() {
      const ours = [...(await environment.profiles()), ...(await own.profiles())];
      const theirs = (codexCli && (await unlessOther(codexCli.profiles()).catch(unlessAny(ours)))) ?? [];
      return [...new Set([...ours, ...theirs])];
    },
    async describe(profile) {
      // Asked for first: to read a personal access token is to ask the network.
      const store = (await isInEnvironment(profile)) ? environment : await storeOf(profile);
      const place = await placeOf(store ?? own, profile);
      const hint = store ? undefined : await hintFor(profile);
      return {
        ...(place ?? { location: 'the default store' }),
        ...(hint !== undefined && { renewal: hint }),
        ...((store ?? own).readonly && { readonly: true }),
      };
    },
  };

  /** What cannot be read is described as ours: `read` tells what is the matter with it. */
  async function storeOf(profile: string): Promise<AuthStore | undefined> {
    const found = await find(profile).catch(() => ({ store: own }));
    return found?.store;
  }
}

/** That the Codex CLI is logged in by something else is no failure: nobody asked for its login by name. */
async function unlessOther<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (CodexAuthError.isInstance(error) && error.code === 'invalid_credential') return undefined;
    throw error;
  }
}

/** A list of our own logins is no worse for a file of another program that cannot be read. */
function unlessAny(ours: string[]): (error: unknown) => undefined {
  return (error) => {
    if (ours.length === 0) throw error;
  };
}

async function placeOf(store: AuthStore | undefined, profile: string) {
  return store?.describe?.(profile).catch(() => undefined);
}

/** Stores are read again and again; what has been said is not said again. */
function onceEach(logger: Logger): Logger['debug'] {
  const told = new Set<string>();
  return (message, details) => {
    const key = JSON.stringify([message, details]);
    if (told.has(key)) return;
    told.add(key);
    logger.debug(message, details);
  };
}
