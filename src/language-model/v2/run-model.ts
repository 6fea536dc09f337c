import type { LanguageModelV2, LanguageModelV2CallOptions, LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { PartCollector } from '../../codec/response/collect-parts';
import type { ResponsePart } from '../../codec/response/response-part';
import { type CallEnvironment, type RunningCall, runCall } from '../run-call';
import { fromCallOptions } from './from-call-options';
import { type GenerateResult, toGenerateResult } from './to-generate-result';
import { toStreamPart, toWarning } from './to-stream-part';

export type StreamResult = Awaited<ReturnType<LanguageModelV2['doStream']>>;

/** The id that is sent, and the effort that the app wrote behind it. */
export interface WireModel {
  modelId: string;
  reasoningEffort?: string;
}

export async function generate(
  wire: WireModel,
  environment: CallEnvironment,
  options: LanguageModelV2CallOptions,
): Promise<GenerateResult> {
  const { running, warnings } = await run(wire, environment, options);
  const collector = new PartCollector();
  const parts: ResponsePart[] = [];
  for (let more = true; more; parts.length = 0) {
    more = await running.next(parts);
    for (const part of parts) collector.push(part);
  }
  return toGenerateResult(collector.result(), running, warnings);
}

export async function stream(
  wire: WireModel,
  environment: CallEnvironment,
  options: LanguageModelV2CallOptions,
): Promise<StreamResult> {
  const { running, warnings } = await run(wire, environment, options);
  return {
    stream: createPartStream(running, { type: 'stream-start', warnings }),
    request: { body: running.body },
    response: { headers: running.responseHeaders },
  };
}

async function run(wire: WireModel, environment: CallEnvironment, options: LanguageModelV2CallOptions) {
  const { call, warnings, historySessionId } = fromCallOptions(wire.modelId, wire.reasoningEffort, options);
  const running = await runCall(call, environment, {
    headers: options.headers,
    signal: options.abortSignal,
    historySessionId,
  });
  return { running, warnings: [...warnings, ...running.warnings].map(toWarning) };
}

/** Reads from the backend only when its reader asks, one piece of the wire at a time. */
function createPartStream(
  running: RunningCall,
  start: LanguageModelV2StreamPart,
): ReadableStream<LanguageModelV2StreamPart> {
  const parts: ResponsePart[] = [];
  return new ReadableStream<LanguageModelV2StreamPart>(
    {
      start: (controller) => controller.enqueue(start),
      async pull(controller) {
        const more = await running.next(parts);
        for (const part of parts) controller.enqueue(toStreamPart(part, running.toError));
        parts.length = 0;
        if (!more) controller.close();
      },
      cancel: (reason) => running.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
