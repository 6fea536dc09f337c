import { APICallError } from '@ai-sdk/provider';
import type { BackendFailureCode } from '../codec/response/backend-failure';
import { requestIdOf } from '../shared/headers';
import { hasMarker, mark } from '../shared/marked-error';
import type { RateLimits } from '../shared/rate-limits';

/**
 * `stream_ended`: it stopped before a terminal event. `invalid_event`: a frame was not JSON. `incomplete_output`: the
 * response completed, one of its items did not. `empty_response`: it completed without any item. `network`,
 * `connect_timeout`, `first_event_timeout`, `idle_timeout`: the connection.
 */
export type CodexStreamErrorCode =
  | 'stream_ended'
  | 'invalid_event'
  | 'incomplete_output'
  | 'empty_response'
  | 'network'
  | 'connect_timeout'
  | 'first_event_timeout'
  | 'idle_timeout';

export type CodexErrorCode = Exclude<BackendFailureCode, 'unauthorized' | 'api_key'> | CodexStreamErrorCode;

export type CodexCallErrorOptions = ConstructorParameters<typeof APICallError>[0] & {
  code: CodexErrorCode;
  modelId?: string | undefined;
  accountId?: string | undefined;
};

const callMarker = Symbol.for('ai-sdk-codex.CodexCallError');

/**
 * Any failure of a call of the backend. `isRetryable` is true where the same call may succeed within a minute. What was
 * said stands in `responseBody`, at most 64 KiB of it, or `data`, without secrets.
 */
export class CodexCallError extends APICallError {
  override readonly name: string = 'CodexCallError';
  /** What happened, for programs. The word of the backend itself, if another, is in `data`. */
  readonly code: CodexErrorCode;
  /** The model that was asked. */
  readonly modelId?: string;
  /** The ChatGPT account that asked. */
  readonly accountId?: string;

  constructor({ code, modelId, accountId, ...options }: CodexCallErrorOptions) {
    super(options);
    this.code = code;
    if (modelId !== undefined) this.modelId = modelId;
    if (accountId) this.accountId = accountId;
    mark(this, callMarker);
  }

  /** The backend's name for the request (`x-request-id`), for a report of it. */
  get requestId(): string | undefined {
    return requestIdOf(this.responseHeaders);
  }

  /** The name of the request at the edge in front of the backend. */
  get cfRay(): string | undefined {
    return this.responseHeaders?.['cf-ray'];
  }

  static override isInstance(error: unknown): error is CodexCallError {
    return hasMarker(error, callMarker);
  }
}

const usageLimitMarker = Symbol.for('ai-sdk-codex.CodexUsageLimitError');

/**
 * The plan has no more, until `resetsAt`, or has no Codex at all (`usage_not_included`). `code` is
 * `usage_limit_reached`, `insufficient_quota` or `usage_not_included`. Never retryable.
 */
export class CodexUsageLimitError extends CodexCallError {
  override readonly name: string = 'CodexUsageLimitError';
  /** Epoch milliseconds at which the limit ends; undefined when that is not known, or never. */
  readonly resetsAt: number | undefined;
  readonly planType: string | undefined;
  /** All windows, as far as the answer told them. */
  readonly rateLimits: RateLimits | undefined;

  constructor(
    options: CodexCallErrorOptions & {
      resetsAt: number | undefined;
      planType: string | undefined;
      rateLimits: RateLimits | undefined;
    },
  ) {
    const { resetsAt, planType, rateLimits, ...rest } = options;
    super({ isRetryable: false, ...rest });
    this.resetsAt = resetsAt;
    this.planType = planType;
    this.rateLimits = rateLimits;
    mark(this, usageLimitMarker);
  }

  static override isInstance(error: unknown): error is CodexUsageLimitError {
    return hasMarker(error, usageLimitMarker);
  }
}

const rateLimitMarker = Symbol.for('ai-sdk-codex.CodexRateLimitError');

/** Too many requests for the moment (`rate_limit_exceeded`). Retryable, unless the backend asks for a minute or more. */
export class CodexRateLimitError extends CodexCallError {
  override readonly name: string = 'CodexRateLimitError';
  /** How long to wait, in milliseconds, if the backend said so. */
  readonly retryAfterMs: number | undefined;
  /** The same as a moment, in epoch milliseconds. */
  readonly retryAt: number | undefined;

  constructor(options: CodexCallErrorOptions & { retryAfterMs: number | undefined; retryAt: number | undefined }) {
    const { retryAfterMs, retryAt, ...rest } = options;
    super(rest);
    this.retryAfterMs = retryAfterMs;
    this.retryAt = retryAt;
    mark(this, rateLimitMarker);
  }

  static override isInstance(error: unknown): error is CodexRateLimitError {
    return hasMarker(error, rateLimitMarker);
  }
}

const modelMarker = Symbol.for('ai-sdk-codex.CodexModelUnavailableError');

/** This account, plan or client does not get the model: `model_not_supported` or `model_not_found`. Never retryable. */
export class CodexModelUnavailableError extends CodexCallError {
  override readonly name: string = 'CodexModelUnavailableError';
  declare readonly modelId: string;
  /** Models to use instead: those that the account has, when the backend could be asked; else the successors known. */
  readonly suggestions: readonly string[];

  constructor(options: CodexCallErrorOptions & { modelId: string; suggestions: readonly string[] }) {
    const { suggestions, ...rest } = options;
    super({ isRetryable: false, ...rest });
    this.suggestions = suggestions;
    mark(this, modelMarker);
  }

  static override isInstance(error: unknown): error is CodexModelUnavailableError {
    return hasMarker(error, modelMarker);
  }
}

const contextMarker = Symbol.for('ai-sdk-codex.CodexContextLengthError');

/** More was sent than the model can read: `context_length_exceeded` or `payload_too_large`. Never retryable. */
export class CodexContextLengthError extends CodexCallError {
  override readonly name: string = 'CodexContextLengthError';
  constructor(options: CodexCallErrorOptions) {
    super({ isRetryable: false, ...options });
    mark(this, contextMarker);
  }

  static override isInstance(error: unknown): error is CodexContextLengthError {
    return hasMarker(error, contextMarker);
  }
}

const overloadedMarker = Symbol.for('ai-sdk-codex.CodexOverloadedError');

/** The backend has no capacity for this model at the moment. Retryable. */
export class CodexOverloadedError extends CodexCallError {
  override readonly name: string = 'CodexOverloadedError';
  constructor(options: CodexCallErrorOptions) {
    super(options);
    mark(this, overloadedMarker);
  }

  static override isInstance(error: unknown): error is CodexOverloadedError {
    return hasMarker(error, overloadedMarker);
  }
}

const blockedMarker = Symbol.for('ai-sdk-codex.CodexBlockedError');

/**
 * The request did not get through, for a reason that is neither the call nor the token: `cloudflare_challenge`,
 * `region_blocked`, `deactivated_workspace`, `forbidden`, or `unexpected_answer` for a page of something in between. Never retryable, and logging in again does not help.
 */
export class CodexBlockedError extends CodexCallError {
  override readonly name: string = 'CodexBlockedError';
  constructor(options: CodexCallErrorOptions) {
    super({ isRetryable: false, ...options });
    mark(this, blockedMarker);
  }

  static override isInstance(error: unknown): error is CodexBlockedError {
    return hasMarker(error, blockedMarker);
  }
}

const streamMarker = Symbol.for('ai-sdk-codex.CodexStreamError');

/** The backend's answer broke off, was damaged or never came: what came before it is not a complete answer. */
export class CodexStreamError extends CodexCallError {
  override readonly name: string = 'CodexStreamError';
  declare readonly code: CodexStreamErrorCode;

  constructor(options: CodexCallErrorOptions & { code: CodexStreamErrorCode }) {
    super(options);
    mark(this, streamMarker);
  }

  static override isInstance(error: unknown): error is CodexStreamError {
    return hasMarker(error, streamMarker);
  }
}
