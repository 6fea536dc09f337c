/**
 * The statements of a store in `table`, a quoted name. Each is a transaction of its own. A row stays when its record is
 * deleted, for the sake of the fence; its owner is '' once the lease was given back. `fence_before` is the fence of who had
 * the lease before. Times are the server's.
 */
export function statementsFor(table: string) {
  const leaseOf = (ms: string) => `clock_timestamp() + ${ms}::bigint * interval '1 millisecond'`;
  const microseconds = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
  // Ours is what bears our fence and owner. A fence from before us means that the server was set back, and nobody has come
  // since.
  const mine = `(held.fence = excluded.fence AND held.owner = excluded.owner)
  OR (held.fence < excluded.fence AND held.fence <= excluded.fence_before)`;
  const expired = (ms: string) => `leased_until NOT BETWEEN clock_timestamp() AND ${leaseOf(ms)}`;
  const whose = (own: string, other: string) => `CASE WHEN held.owner = excluded.owner THEN ${own} ELSE ${other} END`;

  return {
    create: `
CREATE TABLE IF NOT EXISTS ${table} (
  profile text PRIMARY KEY,
  record text,
  fence bigint NOT NULL,
  fence_before bigint NOT NULL,
  owner text NOT NULL,
  leased_until timestamptz NOT NULL,
  aside text
)`,
    /** profile */
    read: `SELECT record FROM ${table} WHERE profile = $1`,
    profiles: `SELECT profile FROM ${table} WHERE record IS NOT NULL`,
    /** profile, owner, milliseconds, fence of a dead holder or null. One row, or none: then someone came in this moment. */
    acquire: `
WITH taken AS (
  INSERT INTO ${table} AS held (profile, owner, leased_until, fence, fence_before)
  VALUES ($1, $2, ${leaseOf('$3')}, ${microseconds}, 0)
  ON CONFLICT (profile) DO UPDATE
  SET owner = excluded.owner, leased_until = ${leaseOf('$3')},
    fence = ${whose('held.fence', `greatest(held.fence + 1, ${microseconds})`)},
    fence_before = ${whose('held.fence_before', 'held.fence')}
  WHERE held.owner IN ('', excluded.owner) OR (held.${expired('$3')} AND held.fence = $4::bigint)
  RETURNING fence, fence_before, record
)
SELECT true AS taken, fence::text, fence_before::text, record, false AS expired FROM taken
UNION ALL
SELECT false, fence::text, NULL, NULL, ${expired('$3')} FROM ${table}
WHERE profile = $1 AND NOT EXISTS (SELECT FROM taken)`,
    /** profile, owner, fence, fence before, milliseconds */
    renew: `
INSERT INTO ${table} AS held (profile, owner, fence, fence_before, leased_until)
VALUES ($1, $2, $3::bigint, $4::bigint, ${leaseOf('$5')})
ON CONFLICT (profile) DO UPDATE
SET owner = excluded.owner, fence = excluded.fence, fence_before = excluded.fence_before,
  leased_until = ${leaseOf('$5')}
WHERE ${mine}
RETURNING true`,
    /** profile, owner, fence, fence before, milliseconds, record or null */
    write: `
INSERT INTO ${table} AS held (profile, owner, fence, fence_before, leased_until, record)
VALUES ($1, $2, $3::bigint, $4::bigint, ${leaseOf('$5')}, $6)
ON CONFLICT (profile) DO UPDATE
SET owner = excluded.owner, fence = excluded.fence, fence_before = excluded.fence_before,
  leased_until = ${leaseOf('$5')}, record = excluded.record
WHERE ${mine}
RETURNING true`,
    /** profile, owner, fence. Once more, it finds no record and keeps what is aside. */
    setAside: `
UPDATE ${table} SET aside = coalesce(aside || E'\\n' || record, record, aside), record = NULL
WHERE profile = $1 AND owner = $2 AND fence = $3::bigint
RETURNING true`,
    /** profile, owner */
    release: `UPDATE ${table} SET owner = '' WHERE profile = $1 AND owner = $2`,
  };
}
