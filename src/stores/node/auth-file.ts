import { AuthStoreError } from '../../shared/auth-store-error';
import { asRecord, parseJson } from '../../shared/json';

/** The document as it is, in a file or a keychain: what we do not know is kept as we found it. */
export interface AuthFile {
  version: number;
  profiles: Record<string, unknown>;
  [unknown: string]: unknown;
}

const VERSION = 1;

/**
 * @param text What is stored; undefined when nothing is.
 * @param name Where, for the message.
 * @returns undefined for what is no document of ours, or damaged.
 * @throws {@link AuthStoreError} `corrupt` for the format of a later version of this package.
 */
export function parseAuthFile(text: string | undefined, name: string): AuthFile | undefined {
  if (text === undefined) return { version: VERSION, profiles: {} };
  const file = asRecord(parseJson(text.replace(/^\uFEFF/, ''))); // Windows' editors begin with a byte order mark
  const version = file?.version;
  const profiles = asRecord(file?.profiles);
  if (typeof version === 'number' && version > VERSION) {
    throw new AuthStoreError({
      code: 'corrupt',
      message: `${name} has format ${version}, and this version of ai-sdk-codex knows ${VERSION}. Update ai-sdk-codex.`,
    });
  }
  return version === VERSION && profiles !== undefined ? { ...file, version, profiles } : undefined;
}

/** The record of `profile`; an inherited property (`constructor`) is none. */
export function recordOf(file: AuthFile, profile: string): unknown {
  return Object.hasOwn(file.profiles, profile) ? file.profiles[profile] : undefined;
}

/** Whether there is a record that is no login. */
export function isDamaged(record: unknown): boolean {
  return record !== undefined && typeof asRecord(record)?.accessToken !== 'string';
}

/** `file` with another record; undefined removes it. */
export function withRecord(file: AuthFile, profile: string, record: object | undefined): AuthFile {
  const others = Object.entries(file.profiles).filter(([name]) => name !== profile);
  const entries = record === undefined ? others : [...others, [profile, record] as const];
  return { ...file, profiles: Object.fromEntries(entries) };
}

/** `file` with the record of `profile` moved to the list `aside`, where nobody reads it and nothing is lost. */
export function withRecordAside(file: AuthFile, profile: string): AuthFile {
  const before = file.aside === undefined ? [] : [file.aside].flat();
  const aside = [...before, { profile, record: recordOf(file, profile) }];
  return { ...withRecord(file, profile, undefined), aside };
}

export function formatAuthFile(file: AuthFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}
