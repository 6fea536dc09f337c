import { InvalidArgumentError } from '@ai-sdk/provider';
import { z } from 'zod/v4';
import type { CallOptions, CallWarning } from '../codec/call';
import { isSessionId, SESSION_ID_RULE } from './session-id-format';

/** `providerOptions.codex` of a call. The names are those of `@ai-sdk/openai`, whose key `openai` is read second. */
export type CodexLanguageModelOptions = {
  /** Instructions put before the system text of the prompt. */
  instructions?: string;
  /** How hard the model thinks. Wins over an effort at the end of the model id. What a model takes differs. */
  reasoningEffort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | (string & {});
  /** Show summaries of the reasoning as reasoning parts. Default: none. */
  reasoningSummary?: 'auto' | 'concise' | 'detailed' | 'none';
  textVerbosity?: 'low' | 'medium' | 'high';
  /** `priority` (or `fast`, the same) is faster and uses the plan up faster. */
  serviceTier?: 'auto' | 'default' | 'priority' | 'fast' | 'flex' | 'ultrafast';
  /** Default: what is known of the model; true for all current ones. */
  parallelToolCalls?: boolean;
  /** At most 64 characters. Default: the session id. */
  promptCacheKey?: string;
  /** Sent as `session-id`, which keeps a conversation on a warm cache. Default: the same for all turns of a conversation. */
  sessionId?: string;
  /** More of what the backend can include; `reasoning.encrypted_content` always is. */
  include?: string[];
  /** Function tools: default false. Structured output: default true where the schema allows it. */
  strictJsonSchema?: boolean;
  /** Whose encrypted reasoning is sent back to the model. Default: that of this account and this generation of models. */
  reasoningReplay?: 'same-family' | 'same-account' | 'never';
  /** Must be false where it is given: the backend stores nothing. */
  store?: boolean;
};

// Built on first use: importing the package must be cheap.
let schema: z.ZodObject | undefined;

function getSchema(): z.ZodObject {
  schema ??= z.object({
    instructions: z.string().optional(),
    reasoningEffort: z.string().optional(),
    reasoningSummary: z.enum(['auto', 'concise', 'detailed', 'none']).optional(),
    textVerbosity: z.enum(['low', 'medium', 'high']).optional(),
    serviceTier: z.enum(['auto', 'default', 'priority', 'fast', 'flex', 'ultrafast']).optional(),
    parallelToolCalls: z.boolean().optional(),
    promptCacheKey: z.string().min(1).max(64).optional(),
    sessionId: z.string().refine(isSessionId, SESSION_ID_RULE).optional(),
    include: z.array(z.string()).optional(),
    strictJsonSchema: z.boolean().optional(),
    reasoningReplay: z.enum(['same-family', 'same-account', 'never']).optional(),
    store: z.boolean().optional(),
  });
  return schema;
}

type ProviderOptions = Record<string, Record<string, unknown> | undefined> | undefined;

/**
 * Reads the options of a call: `codex` wins over `openai`, key by key; null counts as absent.
 *
 * @throws InvalidArgumentError for a value of the wrong type. Unknown keys only warn.
 */
export function parseProviderOptions(providerOptions: ProviderOptions): {
  options: CallOptions;
  warnings: CallWarning[];
} {
  const merged: Record<string, unknown> = {};
  const warnings: CallWarning[] = [];
  for (const namespace of ['openai', 'codex']) {
    for (const [key, value] of Object.entries(providerOptions?.[namespace] ?? {})) {
      if (value === null || value === undefined) continue;
      if (key in getSchema().shape) merged[key] = value;
      else warnings.push({ type: 'other', message: `Unknown provider option ${namespace}.${key} was ignored.` });
    }
  }
  const { store, ...options } = parse(merged);
  if (store === true) {
    const details = 'The Codex backend stores nothing; store: false was sent.';
    warnings.push({ type: 'unsupported-setting', setting: 'store', details });
  }
  return { options, warnings };
}

function parse(merged: Record<string, unknown>): CallOptions & { store?: boolean | undefined } {
  const result = getSchema().safeParse(merged);
  if (result.success) return result.data as CallOptions;
  const reasons = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new InvalidArgumentError({
    argument: 'providerOptions',
    message: `Invalid provider options for codex: ${reasons.join('; ')}`,
    cause: result.error,
  });
}
