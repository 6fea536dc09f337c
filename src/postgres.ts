export { AuthStoreError, type AuthStoreErrorCode } from './shared/auth-store-error';
export type { OAuthCredentials } from './shared/credentials';
export type { AuthStore } from './stores/auth-store';
export { type PgPoolLike, type PostgresAuthStoreOptions, postgresAuthStore } from './stores/postgres/postgres-store';
