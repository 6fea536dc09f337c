import { AuthStoreError } from '../../shared/auth-store-error';
import { asRecord, parseJson } from '../../shared/json';

/** The file as it is: what we do not know is kept as we found it. */
export interface AuthFile {
  version: number;
  profiles: Record<string, unknown>;
  [unknown: string]: unknown;
}

const VERSION = 1;

/**
 * @param text What the file holds; undefined when there is none.
 * @throws {@link AuthStoreError} `corrupt`, also for the format of a later version of this package.
 */
export function parseAuthFile(text: string | undefined, path: string): AuthFile {
  if (text === undefined) return { version: VERSION, profiles: {} };
  const file = asRecord(parseJson(text));
  const version = file?.version;
  const profiles = asRecord(file?.profiles);
  if (typeof version === 'number' && version > VERSION) {
    throw corrupt(
      `${path} has format ${version}, and this version of ai-sdk-codex knows ${VERSION}. Update ai-sdk-codex.`,
    );
  }
  if (version !== VERSION || profiles === undefined) {
    throw corrupt(
      `${path} is not a file of ai-sdk-codex logins, or it is damaged. Repair or move it, then log in again.`,
    );
  }
  return { ...file, version, profiles };
}

/** The record of `profile`; an inherited property (`constructor`) is none. */
export function recordOf(file: AuthFile, profile: string): unknown {
  return Object.hasOwn(file.profiles, profile) ? file.profiles[profile] : undefined;
}

/** `file` with another record; undefined removes it. */
export function withRecord(file: AuthFile, profile: string, record: object | undefined): AuthFile {
  const others = Object.entries(file.profiles).filter(([name]) => name !== profile);
  const entries = record === undefined ? others : [...others, [profile, record] as const];
  return { ...file, profiles: Object.fromEntries(entries) };
}

export function formatAuthFile(file: AuthFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function corrupt(message: string): AuthStoreError {
  return new AuthStoreError({ code: 'corrupt', message });
}
