import { asRecord } from '../shared/json';
import type { FailedRequest } from './to-provider-error';

/** Whether the body holds encrypted reasoning. */
export function sentReasoning({ body }: FailedRequest): boolean {
  const input = asRecord(body)?.input;
  return Array.isArray(input) && input.some((item) => asRecord(item)?.encrypted_content !== undefined);
}
