/**
 * The statements of a store in `table`, a quoted name. Each is a transaction of its own. A row stays when its record is
 * deleted, for the sake of the fence; its owner is '' once the lease was given back. Times are the server's.
 */
export function statementsFor(table: string) {
  const leaseOf = (ms: string) => `clock_timestamp() + ${ms}::bigint * interval '1 millisecond'`;
  const microseconds = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
  // Ours is what bears our fence and owner. A lower fence means that the server was set back, and nobody has come since.
  const mine = `held.fence < excluded.fence OR (held.fence = excluded.fence AND held.owner = excluded.owner)`;

  return {
    create: `
CREATE TABLE IF NOT EXISTS ${table} (
  profile text PRIMARY KEY,
  record text,
  fence bigint NOT NULL,
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
  INSERT INTO ${table} AS held (profile, owner, leased_until, fence)
  VALUES ($1, $2, ${leaseOf('$3')}, ${microseconds})
  ON CONFLICT (profile) DO UPDATE
  SET owner = excluded.owner, leased_until = ${leaseOf('$3')}, fence = greatest(held.fence + 1, ${microseconds})
  WHERE held.owner IN ('', excluded.owner) OR (held.leased_until <= clock_timestamp() AND held.fence = $4::bigint)
  RETURNING fence, record
)
SELECT true AS taken, fence::text, record, false AS expired FROM taken
UNION ALL
SELECT false, fence::text, NULL, leased_until <= clock_timestamp() FROM ${table}
WHERE profile = $1 AND NOT EXISTS (SELECT FROM taken)`,
    /** profile, owner, fence, milliseconds */
    renew: `
INSERT INTO ${table} AS held (profile, owner, fence, leased_until)
VALUES ($1, $2, $3::bigint, ${leaseOf('$4')})
ON CONFLICT (profile) DO UPDATE
SET owner = excluded.owner, fence = excluded.fence, leased_until = ${leaseOf('$4')}
WHERE ${mine}
RETURNING true`,
    /** profile, owner, fence, milliseconds, record or null */
    write: `
INSERT INTO ${table} AS held (profile, owner, fence, leased_until, record)
VALUES ($1, $2, $3::bigint, ${leaseOf('$4')}, $5)
ON CONFLICT (profile) DO UPDATE
SET owner = excluded.owner, fence = excluded.fence, leased_until = ${leaseOf('$4')}, record = excluded.record
WHERE ${mine}
RETURNING true`,
    /** profile, owner, fence */
    setAside: `
UPDATE ${table} SET aside = record, record = NULL
WHERE profile = $1 AND owner = $2 AND fence = $3::bigint
RETURNING true`,
    /** profile, owner */
    release: `UPDATE ${table} SET owner = '' WHERE profile = $1 AND owner = $2`,
  };
}
