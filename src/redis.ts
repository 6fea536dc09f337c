export { AuthStoreError, type AuthStoreErrorCode } from './shared/auth-store-error';
export type { OAuthCredentials } from './shared/credentials';
export type { AuthStore } from './stores/auth-store';
export type { RedisLike } from './stores/redis/redis-client';
export { type RedisAuthStoreOptions, redisAuthStore } from './stores/redis/redis-store';
