import type { LanguageModelV2, LanguageModelV2CallOptions, LanguageModelV2StreamPart } from '@ai-sdk/provider';
import { PartCollector } from '../../codec/response/collect-parts';
import type { ResponsePart } from '../../codec/response/response-part';
import { type CallEnvironment, type RunningCall, runCall } from '../run-call';
import { fromCallOptions } from './from-call-options';
import { type GenerateResult, toGenerateResult } from './to-generate-result';
import { toStreamPart, toWarning } from './to-stream-part';

type StreamResult = Awaited<ReturnType<LanguageModelV2['doStream']>>;

/** One model of the Codex backend as a LanguageModelV2. */
export class CodexLanguageModel implements LanguageModelV2 {
  readonly specificationVersion = 'v2';
  readonly provider = 'codex.responses';
  /** Empty: the AI SDK then downloads what a URL points to, which works for every file the app can reach. */
  readonly supportedUrls: Record<string, RegExp[]> = {};

  constructor(
    /** As the app wrote it. */
    readonly modelId: string,
    private readonly wire: { modelId: string; reasoningEffort?: string },
    private readonly environment: CallEnvironment,
  ) {
    // An inspected model must not lead to whatever its settings hold.
    Object.defineProperty(this, 'environment', { enumerable: false });
  }

  /** The same object for all models of one provider, thus of one login. */
  get account(): object {
    return this.environment.authorizer;
  }

  async doGenerate(options: LanguageModelV2CallOptions): Promise<GenerateResult> {
    const { running, warnings } = await this.run(options);
    const collector = new PartCollector();
    const parts: ResponsePart[] = [];
    for (let more = true; more; parts.length = 0) {
      more = await running.next(parts);
      for (const part of parts) collector.push(part);
    }
    return toGenerateResult(collector.result(), running, warnings);
  }

  async doStream(options: LanguageModelV2CallOptions): Promise<StreamResult> {
    const { running, warnings } = await this.run(options);
    return {
      stream: createPartStream(running, { type: 'stream-start', warnings }),
      request: { body: running.body },
      response: { headers: running.responseHeaders },
    };
  }

  private async run(options: LanguageModelV2CallOptions) {
    const { call, warnings, historySessionId } = fromCallOptions(this.wire.modelId, this.wire.reasoningEffort, options);
    const running = await runCall(call, this.environment, {
      headers: options.headers,
      signal: options.abortSignal,
      historySessionId,
    });
    return { running, warnings: [...warnings, ...running.warnings].map(toWarning) };
  }
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
