import { hasMarker, mark } from './marked-error';

const marker = Symbol.for('ai-sdk-codex.AuthStoreError');

/** `unwritable` is also thrown by read-only stores. */
export type AuthStoreErrorCode = 'unreadable' | 'unwritable' | 'corrupt' | 'lock_timeout' | 'lock_lost' | 'unsafe_file';

/** A store could not do its work. Says which file or record and why; never holds a credential. */
export class AuthStoreError extends Error {
  override readonly name = 'AuthStoreError';
  readonly code: AuthStoreErrorCode;

  constructor(options: { code: AuthStoreErrorCode; message: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    mark(this, marker);
  }

  static isInstance(error: unknown): error is AuthStoreError {
    return hasMarker(error, marker);
  }
}
