import type { OAuthCredentials } from '../shared/credentials';

/** Where logins are kept: one record per profile, and exclusion while a record changes. */
export interface AuthStore {
  /** What is stored for `profile` now; undefined when nothing is. A record that cannot be read is an error, not undefined. */
  read(profile: string): Promise<OAuthCredentials | undefined>;
  /**
   * Runs `change` with what is stored now, while nobody else who shares this store (another call, process or machine)
   * can run a change of the same profile; then stores what it returns. Returning the argument itself writes nothing,
   * undefined deletes. Rejects before it runs `change` when it could not write the outcome. `change` must not update the
   * same profile (of a file store: the same file), which would wait for itself. A record is kept whole, whatever its
   * fields: in them one process tells the others of a refresh that is under way, or that failed.
   */
  update(
    profile: string,
    change: (current: OAuthCredentials | undefined) => Promise<OAuthCredentials | undefined>,
  ): Promise<OAuthCredentials | undefined>;
  /** Names of the profiles that hold a record. */
  profiles(): Promise<string[]>;
  /** True when `update` always rejects. */
  readonly readonly?: true;
  /** Where the record of `profile` is, for people. Holds no secret, not even of a connection. */
  describe?(profile: string): Promise<StoreDescription>;
}

export interface StoreDescription {
  /** As it reads in a list: a path, `Redis`, `the environment variable CODEX_ACCESS_TOKEN`. */
  location: string;
  /** A sentence that tells how a login which is not ours to renew is renewed, or where else there may be one. */
  renewal?: string;
  /** Whether the record of this profile cannot be written, where a store has several places. Default: as the store. */
  readonly?: boolean;
  /** There is a login, and to read it is to ask the network whose it is. */
  asksNetwork?: true;
}
