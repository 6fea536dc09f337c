/** The right to write one profile: until it runs out, and beyond that until somebody else takes it. */
export interface Lease {
  /** As {@link encodeProfile} wrote it. */
  profile: string;
  /** One update of one store, at random. */
  owner: string;
  /** A whole number that only ever grows: who takes over has a higher one. */
  fence: string;
  /** The fence that the database held when we took it. */
  before: string;
}

/** Who holds the lease when we cannot have it. */
export interface Holder {
  fence: string;
  /**
   * It has run out without having been given back: its holder is dead, paused, or was cut off from the server. So has one
   * that would last for longer than a lease does: the clock of the server was set back since.
   */
  expired: boolean;
}

export interface Take {
  profile: string;
  owner: string;
  leaseMs: number;
  /** The fence of a holder that may be taken over from, once its lease has run out. */
  dead: string | undefined;
}

export type Taken = { fence: string; before: string; record: string | undefined };

/**
 * What a leased store asks of a database. Each is one short statement that is right on its own and may be repeated when its
 * answer was lost; the lease runs by the server's clock alone. A lease is ours while the database holds our fence and owner,
 * or a fence no higher than before we took it: then the server was set back, and nobody has taken it since. A fence in
 * between is that of somebody who came to a server whose clock is behind.
 */
export interface LeaseDatabase {
  /** For people; holds no part of a connection. */
  name: string;
  /** The record of a profile, whoever holds its lease. Writes nothing. */
  read(profile: string): Promise<string | undefined>;
  /**
   * Takes the lease if it was given back, was never taken, is the owner's own already, or is that of the `dead`, run out.
   * Always a write, so that it fails where one would fail. The fence is greater than all before, also when the server was
   * set back, so it counts the server's microseconds at least. The owner's own keeps fence and `before`: a copy of this
   * statement may come late, while the change runs.
   */
  acquire(take: Take): Promise<Taken | { holder: Holder | undefined }>;
  /** Makes the lease last `leaseMs` from now. False when it is no longer ours. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  /** Replaces the record, undefined removes it, and renews the lease. False, and nothing is done, when it is not ours. */
  write(lease: Lease, leaseMs: number, record: string | undefined): Promise<boolean>;
  /**
   * Moves the record to where nobody reads it, beside those moved earlier. False, and nothing is done, when the lease is not ours, or the server was
   * set back: then it may hold another record.
   */
  setAside(lease: Lease): Promise<boolean>;
  /** Gives the lease back, if it is the owner's. */
  release(lease: Pick<Lease, 'profile' | 'owner'>): Promise<void>;
  /** The profiles that have a record. */
  profiles(): Promise<string[]>;
}

/** Milliseconds. The lease outlasts the longest refresh (30 s); the wait outlasts the lease and a look at a dead holder. */
export interface LeaseTimes {
  /** A holder that gave no sign of life for this long may be taken over from. 45,000. */
  leaseMs: number;
  /** How often a holder gives one. 5,000. */
  heartbeatMs: number;
  /** How long to wait for other processes. 60,000. Before that, for other calls of this store, a minute longer. */
  waitMs: number;
  /** How long the outcome of a change is written again, when that fails. 60,000. */
  writeMs: number;
  /** How long one statement may take. 10,000. */
  statementMs: number;
}

export const LEASE_TIMES: LeaseTimes = {
  leaseMs: 45_000,
  heartbeatMs: 5_000,
  waitMs: 60_000,
  writeMs: 60_000,
  statementMs: 10_000,
};
