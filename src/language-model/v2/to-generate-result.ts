import type { LanguageModelV2, LanguageModelV2CallWarning, LanguageModelV2Content } from '@ai-sdk/provider';
import type { CollectedResponse } from '../../codec/response/collect-parts';
import type { RunningCall } from '../run-call';
import { toFinishReason, toProviderMetadata, toResponseMetadata, toUsage } from './to-stream-part';

export type GenerateResult = Awaited<ReturnType<LanguageModelV2['doGenerate']>>;

/** A whole response as `doGenerate` returns it; throws what a stream would have shown as an error part. */
export function toGenerateResult(
  { content, metadata, failure, finish }: CollectedResponse,
  running: RunningCall,
  warnings: LanguageModelV2CallWarning[],
): GenerateResult {
  if (failure) throw running.toError(failure);
  // The machine closes with exactly one finish, so a response without one was never read to its end.
  if (!finish) throw new Error('The response was not read to its end.');
  return {
    content: content as LanguageModelV2Content[],
    finishReason: toFinishReason(finish.finishReason),
    usage: toUsage(finish.usage),
    providerMetadata: toProviderMetadata(finish),
    request: { body: running.body },
    response: { ...(metadata && toResponseMetadata(metadata)), headers: running.responseHeaders },
    warnings,
  };
}
