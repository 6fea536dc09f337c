import { describe, expect, test } from 'vitest';
import { decodeTokenClaims, readClaims } from '../../src/auth/token-claims';
import { AUTH_CLAIM, PROFILE_CLAIM } from '../../src/shared/constants';
import { jwt, NOW } from './harness';

describe('readClaims', () => {
  test('finds what the issuer puts where', () => {
    const auth = {
      chatgpt_account_id: 'acct',
      chatgpt_user_id: 'user',
      user_id: 'other',
      chatgpt_plan_type: 'plus',
      chatgpt_account_is_fedramp: true,
      organizations: [{ id: 'org-1' }],
    };
    expect(readClaims({ exp: 1_700_000_000, email: 'a@b.c', [AUTH_CLAIM]: auth })).toEqual({
      expiresAt: 1_700_000_000_000,
      accountId: 'acct',
      userId: 'user',
      planType: 'plus',
      email: 'a@b.c',
      fedramp: true,
    });
  });

  test('falls back for user and email, and takes no organization for an account', () => {
    const payload = {
      [AUTH_CLAIM]: { user_id: 'user', organizations: [{ id: 'org-1' }] },
      [PROFILE_CLAIM]: { email: 'a@b.c' },
    };
    expect(readClaims(payload)).toEqual({ userId: 'user', email: 'a@b.c' });
  });

  test.each([{}, { exp: 'soon', email: 7, [AUTH_CLAIM]: 'x' }, { [AUTH_CLAIM]: [] }, { [AUTH_CLAIM]: null }])(
    'says nothing where there is nothing: %j',
    (payload) => {
      expect(readClaims(payload)).toEqual({});
    },
  );
});

describe('decodeTokenClaims', () => {
  test('decodes base64url and UTF-8', async () => {
    const token = jwt({ email: 'jürgen>>>???@müller.example', expiresAt: NOW });
    expect(token).toMatch(/[-_]/);
    expect(await decodeTokenClaims(token)).toEqual({ email: 'jürgen>>>???@müller.example', expiresAt: NOW });
  });

  test.each([
    undefined,
    '',
    'opaque',
    'at-personal',
    'a.b',
    'a.b.c',
    '..',
    `x.${'A'.repeat(100_000)}.y`,
    'a.e30.c.d.e',
  ])('takes %s for opaque', async (token) => {
    expect(await decodeTokenClaims(token)).toBeUndefined();
  });
});
