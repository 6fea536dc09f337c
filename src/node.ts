export { CodexAuthError, type CodexAuthErrorReason } from './auth/errors';
export { type CodexCliAuthStoreOptions, codexCliAuthStore } from './auth/node/sources/codex-cli';
export { AuthStoreError, type AuthStoreErrorCode } from './shared/auth-store-error';
export type { OAuthCredentials } from './shared/credentials';
export type { AuthStore } from './stores/auth-store';
export { type FileAuthStoreOptions, fileAuthStore } from './stores/node/file-store';
