import { redact } from '../shared/secret';

/** Text from outside in one line, without tags, control characters and secrets, and no longer than `length`. */
export function clip(text: string, length: number): string {
  const line = redact(text)
    .replace(/<[!/a-z][^<>]*>/gi, ' ')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  // Looked at again, for what only stands together now.
  const clean = redact(line);
  return clean.length > length ? `${clean.slice(0, length).trimEnd()}…` : clean;
}

/** ` (for gpt-5.5, account acct-1)`, as far as it is known. */
export function whose({
  modelId,
  accountId,
}: {
  modelId?: string | undefined;
  accountId?: string | undefined;
}): string {
  const parts = [
    ...(modelId ? [`for ${clip(modelId, 100)}`] : []),
    ...(accountId ? [`account ${clip(accountId, 100)}`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
