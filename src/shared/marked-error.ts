/**
 * Recognises errors by a `Symbol.for` marker: `instanceof` fails between the ESM and the CommonJS copy of one package,
 * and between two installed versions.
 */
export function hasMarker(error: unknown, marker: symbol): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    marker in error &&
    (error as Record<symbol, unknown>)[marker] === true
  );
}

/** Marks `error` without showing the marker when it is printed. */
export function mark(error: object, ...markers: symbol[]): void {
  for (const marker of markers) Object.defineProperty(error, marker, { value: true, enumerable: false });
}
