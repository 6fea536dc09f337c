import type { BackendRequest } from './backend-request';
import { detail, type Refusal } from './refusal';

/** Rule 5. The text is not looked at and may be empty; the lite form carries it in the input instead. */
export function checkInstructions({ body, lite }: BackendRequest): Refusal | undefined {
  const waived = lite && body.instructions === undefined;
  return waived || typeof body.instructions === 'string' ? undefined : detail(400, 'Instructions are required');
}

/** Rule 6. */
export function checkInputList({ body }: BackendRequest): Refusal | undefined {
  return Array.isArray(body.input) ? undefined : detail(400, 'Input must be a list');
}

/** Rule 7. */
export function checkStore({ body }: BackendRequest): Refusal | undefined {
  return body.store === false ? undefined : detail(400, 'Store must be set to false');
}

/** Rule 8. */
export function checkStream({ body }: BackendRequest): Refusal | undefined {
  return body.stream === true ? undefined : detail(400, 'Stream must be set to true');
}

const KNOWN_KEYS = new Set([
  'model',
  'instructions',
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'store',
  'stream',
  'stream_options',
  'include',
  'service_tier',
  'prompt_cache_key',
  'text',
  'client_metadata',
  'access_programs',
]);

/** Rule 9. The first unknown key is named. */
export function checkKnownKeys({ body }: BackendRequest): Refusal | undefined {
  const unknown = Object.keys(body).find((key) => !KNOWN_KEYS.has(key));
  return unknown === undefined ? undefined : detail(400, `Unsupported parameter: ${unknown}`);
}

// `default` and `ultrafast` were accepted by a probe of 2026-09; `fast`, `flex`, `auto` and `scale` were not.
const SERVICE_TIERS = new Set<unknown>([undefined, 'priority', 'default', 'ultrafast']);

/** Rule 10. */
export function checkServiceTier({ body }: BackendRequest): Refusal | undefined {
  return SERVICE_TIERS.has(body.service_tier)
    ? undefined
    : detail(400, `Unsupported service_tier: ${String(body.service_tier)}`);
}
