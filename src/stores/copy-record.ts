import { AuthStoreError } from '../shared/auth-store-error';
import type { OAuthCredentials } from '../shared/credentials';
import { asRecord } from '../shared/json';
import { maskWhenPrinted } from '../shared/masked';

/**
 * A copy of what a store holds, as JSON would carry it, so that no caller can change a record behind the store's back.
 * A store demands nothing but an access token; what else is in a record passes through, known or not.
 *
 * @param where Named in the error, for example `profile "work" of /home/a/auth.json`.
 * @throws {@link AuthStoreError} `corrupt` for anything that is not a login.
 */
export function copyRecord(record: unknown, where: string): OAuthCredentials {
  const copy = asRecord(JSON.parse(JSON.stringify(record ?? null)));
  if (typeof copy?.accessToken !== 'string') {
    throw new AuthStoreError({ code: 'corrupt', message: `There is no access token in ${where}.` });
  }
  return maskWhenPrinted(copy as object as OAuthCredentials);
}
