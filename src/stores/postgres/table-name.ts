/** PostgreSQL cuts longer names off, silently. */
const LONGEST_NAME = 63;

/**
 * `table` or `schema.table`, quoted: it is taken letter by letter, capitals and all, and nothing in it is SQL.
 *
 * @throws TypeError for what can be no such name.
 */
export function quoteTable(table: string): string {
  const parts = table.split('.');
  const isName = (part: string) =>
    part !== '' && !part.includes('\0') && new TextEncoder().encode(part).length <= LONGEST_NAME;
  if (parts.length > 2 || !parts.every(isName)) {
    throw new TypeError(
      `\`table\` must be the name of a table, or of a schema and a table with a dot between them; each has 1 to ${LONGEST_NAME} bytes.`,
    );
  }
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
