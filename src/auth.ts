export { type AuthState, type AuthStatus, type AuthStatusOptions, authStatus } from './auth/auth-status';
export {
  type AuthorizationOptions,
  type CodeExchangeOptions,
  createAuthorizationRequest,
  exchangeAuthorizationCode,
  type PendingAuthorization,
} from './auth/code-login';
export { type DeviceCode, type DeviceLoginOptions, loginWithDeviceCode } from './auth/device-login';
export { CodexAuthError, type CodexAuthErrorReason } from './auth/errors';
export { type LogoutOptions, logout } from './auth/logout';
export { type RefreshOptions, refreshLogin } from './auth/refresh-login';
export { AuthStoreError, type AuthStoreErrorCode } from './shared/auth-store-error';
export type { OAuthCredentials, RefreshFailure } from './shared/credentials';
export type { Logger } from './shared/logger';
export type { FetchFunction } from './shared/runtime';
export type { AuthStore, StoreDescription } from './stores/auth-store';
export { memoryAuthStore } from './stores/memory-store';
