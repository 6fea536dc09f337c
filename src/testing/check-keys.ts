/** @throws {@link TypeError} that names the unknown key and what was probably meant. */
export function checkKeys(object: Record<string, unknown>, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = known.find((key) => isNear(key, unknown));
  const hint = meant === undefined ? `Known keys: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  throw new TypeError(`Unknown key "${unknown}" in ${place}. ${hint}`);
}

/** Equal but for case, or but for two letters left out, added or changed. */
function isNear(known: string, given: string): boolean {
  const [left, right] = [known.toLowerCase(), given.toLowerCase()];
  return left === right || distance(left, right) <= Math.min(2, left.length / 2);
}

function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const changed = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** What stands in place of something else, for a message. */
export function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null || typeof value !== 'object' ? String(value) : 'an object';
}
