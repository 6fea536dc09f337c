import { AuthStoreError, type AuthStoreErrorCode } from '../../shared/auth-store-error';

/** `step`, for `name`; what goes wrong is `unwritable`. */
export function writing<T>(name: string, step: () => Promise<T>): Promise<T> {
  return translated('unwritable', `${name} cannot be written`, step);
}

/** `step`, for `name`; what goes wrong is `unreadable`. */
export function reading<T>(name: string, step: () => Promise<T>): Promise<T> {
  return translated('unreadable', `${name} cannot be read`, step);
}

/** System errors become ours; our own, and their more precise codes, pass. */
async function translated<T>(code: AuthStoreErrorCode, problem: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (AuthStoreError.isInstance(cause)) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AuthStoreError({ code, message: `${problem}: ${detail}`, cause });
  }
}
