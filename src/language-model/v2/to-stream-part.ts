import type {
  JSONObject,
  LanguageModelV2CallWarning,
  LanguageModelV2StreamPart,
  LanguageModelV2Usage,
} from '@ai-sdk/provider';
import type { CallWarning } from '../../codec/call';
import type { ResponseUsage } from '../../codec/response/response-event';
import type { ResponseFailure } from '../../codec/response/response-failure';
import type { FinishPart, FinishReason, ResponsePart } from '../../codec/response/response-part';

/** A neutral part in V2's words. Most parts have its shape already and are handed on as they are. */
export function toStreamPart(
  part: ResponsePart,
  toError: (failure: ResponseFailure) => unknown,
): LanguageModelV2StreamPart {
  switch (part.type) {
    case 'response-metadata':
      return { type: 'response-metadata', ...toResponseMetadata(part) };
    case 'error':
      return { type: 'error', error: toError(part.failure) };
    case 'finish':
      return {
        type: 'finish',
        finishReason: toFinishReason(part.finishReason),
        usage: toUsage(part.usage),
        providerMetadata: toProviderMetadata(part),
      };
    default:
      return part as LanguageModelV2StreamPart;
  }
}

export function toResponseMetadata(part: Extract<ResponsePart, { type: 'response-metadata' }>) {
  return {
    ...(part.id !== undefined && { id: part.id }),
    ...(part.modelId !== undefined && { modelId: part.modelId }),
    ...(part.createdAt !== undefined && { timestamp: new Date(part.createdAt * 1000) }),
  };
}

/** V2 says `unknown` where later versions say `other`. */
export function toFinishReason(reason: FinishReason) {
  return reason === 'other' ? 'unknown' : reason;
}

export function toUsage(usage: ResponseUsage): LanguageModelV2Usage {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = usage;
  const totalTokens = inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
  return {
    inputTokens,
    outputTokens,
    totalTokens,
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
  };
}

export function toProviderMetadata({ metadata }: FinishPart) {
  // Its limits are JSON by what they say of themselves, which an interface cannot say to the compiler.
  return { codex: { ...metadata } as JSONObject };
}

export function toWarning(warning: CallWarning): LanguageModelV2CallWarning {
  if (warning.type === 'unsupported-tool') {
    const { tool: name, details } = warning;
    // V2 wants the whole tool; only its name matters to whoever prints the warning.
    const tool = { type: 'provider-defined' as const, id: `codex.${name}` as const, name, args: {} };
    return { type: 'unsupported-tool', tool, ...(details !== undefined && { details }) };
  }
  return warning as LanguageModelV2CallWarning;
}
