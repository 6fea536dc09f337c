import type { MachineState, Out } from './machine-state';
import { readResponse } from './read-event';
import type { ResponseObject } from './response-event';
import type { ResponseFailure } from './response-failure';
import type { FinishReason } from './response-part';

export function finishWithFailure(
  failure: ResponseFailure,
  out: Out,
  state: MachineState,
  response?: ResponseObject,
): void {
  out.push({ type: 'error', failure });
  finish('error', failure.codes?.[0], out, state, response);
}

/** The last part. `response` is that of the terminal event, if there was one. */
export function finish(
  finishReason: FinishReason,
  rawFinishReason: string | undefined,
  out: Out,
  state: MachineState,
  response: ResponseObject = readResponse(undefined),
): void {
  state.closed = true;
  const { usage, serviceTier, reasoningContext } = response;
  const { sessionId, limits, resends = [] } = state.context;
  const rateLimits = limits?.newest;
  out.push({
    type: 'finish',
    finishReason,
    ...(rawFinishReason !== undefined && { rawFinishReason }),
    usage,
    metadata: {
      responseId: state.responseId ?? response.id ?? null,
      ...(sessionId !== undefined && { sessionId }),
      ...(serviceTier !== undefined && { serviceTier }),
      ...(reasoningContext && { reasoningContext }),
      ...(usage.cacheWriteTokens !== undefined && { usage: { cacheWriteTokens: usage.cacheWriteTokens } }),
      ...(rateLimits && { rateLimits }),
      ...(resends.length > 0 && { resends: [...resends] }),
      ...(state.warnings.length > 0 && { warnings: state.warnings }),
    },
  });
}
