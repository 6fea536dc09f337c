export { type AuthStoreCheck, type AuthStoreContractOptions, authStoreContract } from './testing/auth-store-contract';
export { codexFailures } from './testing/backend/failures';
export type { EmulatorModel } from './testing/backend/model-directory';
export type { RecordedRequest } from './testing/backend/recorded-request';
export type { Violation } from './testing/backend/violations';
export { type CodexEmulator, type CodexEmulatorOptions, startCodexEmulator } from './testing/emulator';
export type {
  CodexReply,
  RateLimitState,
  RateLimitWindow,
  ScriptedEvent,
  ScriptedReply,
  ScriptedToolCall,
  ScriptedUsage,
  StreamFraming,
} from './testing/script';
export type { LoginOptions } from './testing/token-registry';
