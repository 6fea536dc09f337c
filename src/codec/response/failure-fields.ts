import { asRecord, asString } from '../../shared/json';
import type { BackendFailure } from './backend-failure';

export type Fields = Record<string, unknown>;

type Said = Pick<BackendFailure, 'codes' | 'message' | 'param' | 'planType' | 'resetsAt' | 'resetsInSeconds'>;

/**
 * What an error object says, wherever it stands in `outer`: each fact comes from the innermost place that has it.
 *
 * @param isFailure `outer` itself is one; else its own words are about something else.
 */
export function readFields(outer: Fields, isFailure = true): Said {
  const error = asRecord(outer.error) ?? asList(outer.errors)?.[0];
  const inner = [error, asRecord(error?.detail), asRecord(outer.detail)].filter((place) => place !== undefined);
  const places: Fields[] = [...inner, outer];
  const pick = <T>(name: string, read: (value: unknown) => T | undefined): T | undefined => {
    for (const place of places) {
      const value = read(place[name]);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const [complaint] = asList(outer.detail) ?? asList(error?.detail) ?? [];
  const param = pick('param', nonEmpty) ?? (complaint && placeOf(complaint));
  const planType = pick('plan_type', nonEmpty);
  const resetsAt = pick('resets_at', readEpochSeconds);
  const resetsInSeconds = pick('resets_in_seconds', readSeconds);
  return {
    codes: readCodes(inner, outer, error, isFailure),
    ...withMessage(readMessage(outer, error, pick)),
    ...(param && { param }),
    ...(planType !== undefined && { planType }),
    ...(resetsAt !== undefined && { resetsAt }),
    ...(resetsInSeconds !== undefined && { resetsInSeconds }),
  };
}

function readCodes(inner: readonly Fields[], outer: Fields, error: Fields | undefined, isFailure: boolean): string[] {
  // Beside the fields stands the event's own type, which is no word about the failure.
  const type = /^(?:error$|response\.)/.test(asString(outer.type) ?? '') ? undefined : outer.type;
  const own = isFailure ? [outer.code, type] : [];
  const words = [...inner.flatMap((place) => [place.code, place.type]), ...own, outer.error];
  const details = [error?.detail, outer.detail].filter(isPlainWord);
  return [...new Set([...words, ...details].filter(isWord))];
}

function readMessage(
  outer: Fields,
  error: Fields | undefined,
  pick: (name: string, read: (value: unknown) => string | undefined) => string | undefined,
): string | undefined {
  return (
    nonEmpty(error?.message) ??
    nonEmpty(error?.detail) ??
    nonEmpty(outer.detail) ??
    readComplaints(outer.detail ?? error?.detail) ??
    pick('message', nonEmpty) ??
    nonEmpty(outer.error_description) ??
    nonEmpty(outer.error)
  );
}

/** The list that FastAPI makes of what is wrong with a body. */
function readComplaints(detail: unknown): string | undefined {
  const sentences = asList(detail)?.map((complaint) => {
    const place = placeOf(complaint);
    return `${place ? `${place}: ` : ''}${asString(complaint.msg) ?? 'invalid'}`;
  });
  return sentences?.slice(0, 5).join('; ') || undefined;
}

function asList(value: unknown): Fields[] | undefined {
  return Array.isArray(value) ? value.map(asRecord).filter((entry) => entry !== undefined) : undefined;
}

function placeOf({ loc }: Fields): string {
  return Array.isArray(loc) ? loc.filter((step) => ['string', 'number'].includes(typeof step)).join('.') : '';
}

export function withMessage(message: string | undefined): { message?: string } {
  return message === undefined ? {} : { message };
}

function nonEmpty(value: unknown): string | undefined {
  return asString(value)?.trim() || undefined;
}

/** A code, in difference to a sentence. */
export function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value);
}

/** Most details are sentences, some of a single word. */
function isPlainWord(value: unknown): boolean {
  return isWord(value) && /^[a-z]+(?:_[a-z]+)+$/.test(value);
}

/** A number that is not negative, also one in a text. */
export function readSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Epoch seconds, from seconds, milliseconds or an ISO date. */
function readEpochSeconds(value: unknown): number | undefined {
  const number = readSeconds(value) ?? (typeof value === 'string' ? Date.parse(value) : undefined);
  if (!number || Number.isNaN(number) || number < 0) return undefined;
  return number > 1e11 ? number / 1_000 : number;
}
