const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

// Made at the first use: they are dear, and most programs never show a time.
let clock: Intl.DateTimeFormat | undefined;
let relative: Intl.RelativeTimeFormat | undefined;

/** Local time, and how far away that is: `12 Dec 2026, 14:03 (in 9 days)`. */
export function formatTime(time: number, now: number): string {
  // Further away a date has no form.
  if (!(Math.abs(time) <= 8.64e15)) return 'at an unknown time';
  clock ??= new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  return `${clock.format(time)} (${formatDistance(time - now)})`;
}

function formatDistance(ms: number): string {
  const unit = UNITS.find(([, length]) => Math.abs(ms) >= length);
  if (!unit) return ms > 0 ? 'in less than a minute' : 'just now';
  relative ??= new Intl.RelativeTimeFormat('en');
  return relative.format(Math.round(ms / unit[1]), unit[0]);
}
