export { type AuthStoreCheck, type AuthStoreContractOptions, authStoreContract } from './testing/auth-store-contract';
export { codexFailures } from './testing/backend/failures';
export type { EmulatorModel } from './testing/backend/model-directory';
export type { RecordedRequest } from './testing/backend/recorded-request';
export type { Violation } from './testing/backend/violations';
export { type CodexEmulator, type CodexEmulatorOptions, startCodexEmulator } from './testing/emulator';
export type { TokenReply } from './testing/issuer/issuer';
export type { IssuerReply, ScriptedTokenReply } from './testing/issuer/scripted-reply';
export type { IssuerSettings } from './testing/issuer/settings';
export { tokenFailures } from './testing/issuer/token-failures';
export type {
  AdditionalRateLimit,
  AnswerReply,
  CodexReply,
  RateLimitState,
  RateLimitWindow,
  ScriptedAnswer,
  ScriptedEvent,
  ScriptedReply,
  ScriptedToolCall,
  ScriptedUsage,
  StreamFraming,
} from './testing/script';
export type { LoginOptions } from './testing/token-registry';
