import type { ResponseFailure } from '../codec/response/response-failure';
import type { RateLimits } from '../shared/rate-limits';

/** An answer that was accepted, and failed before its first output: nobody saw any of it, so it counts as a refused request. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure';

  constructor(
    readonly failure: ResponseFailure,
    /** Of the answer, names in lower case. */
    readonly headers: Record<string, string>,
    /** What the answer told of the plan's limits until then. */
    readonly rateLimits: RateLimits | undefined,
  ) {
    super(failure.message);
  }
}
