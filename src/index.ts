export { CodexAuthError, type CodexAuthErrorReason } from './auth/errors';
export type { CodexUsage } from './catalog/fetch-usage';
export type { ModelCache } from './catalog/model-cache';
export type { CodexModelId } from './catalog/model-id';
export type { CodexModel } from './catalog/model-info';
export { DEFAULT_MODEL_ORDER, type ModelOrder } from './catalog/model-order';
export { type CodexModelStatus, getModelStatus } from './catalog/model-status';
export { normalizeModelId } from './catalog/normalize-model-id';
export type { CodexLanguageModelOptions } from './language-model/codex-provider-options';
export {
  CodexBlockedError,
  CodexCallError,
  CodexContextLengthError,
  type CodexErrorCode,
  CodexModelUnavailableError,
  CodexOverloadedError,
  CodexRateLimitError,
  CodexStreamError,
  type CodexStreamErrorCode,
  CodexUsageLimitError,
} from './language-model/errors';
export type { CodexFallbackAttempt, CodexFallbackModel } from './language-model/fallback/candidate';
export type { CodexFallbackCode } from './language-model/fallback/failure-kinds';
export { CodexFallbackError } from './language-model/fallback/fallback-error';
export type { CodexFallbackEvent } from './language-model/fallback/try-in-order';
export { type CodexFallbackSettings, createFallback } from './language-model/v2/create-fallback';
export type { CodexProvider } from './language-model/v2/create-provider';
export { type CodexProviderSettings, codex, createCodex } from './provider';
export { AuthStoreError } from './shared/auth-store-error';
export type { OAuthCredentials } from './shared/credentials';
export type { Logger } from './shared/logger';
export type { RateLimit, RateLimitCredits, RateLimits, RateLimitWindow } from './shared/rate-limits';
export { VERSION } from './shared/version';
export type { AuthStore } from './stores/auth-store';
