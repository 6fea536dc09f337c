const HOUR = 60;
const DAY = 24 * HOUR;

/**
 * The length of a limit's window as people say it before its noun: `weekly`, `daily`, `3-day`, `5-hour`, `30-minute`, and
 * `short` below a minute. Never by its place: the first window was seen as one of five hours and as a week.
 */
export function formatWindowLength(windowMinutes: number): string {
  const minutes = Math.round(windowMinutes);
  if (minutes < 1) return 'short';
  if (minutes === 7 * DAY) return 'weekly';
  if (minutes === DAY) return 'daily';
  if (minutes % DAY === 0) return `${minutes / DAY}-day`;
  return minutes % HOUR === 0 ? `${minutes / HOUR}-hour` : `${minutes}-minute`;
}
