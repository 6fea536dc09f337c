import { expect, test } from 'vitest';
import { buildAuthorizationUrl } from '../../src/auth/authorization-request';

const REQUEST = {
  issuer: 'https://issuer.test',
  clientId: 'app_1',
  redirectUri: 'http://localhost:1455/auth/callback',
  codeChallenge: 'c'.repeat(43),
  state: 's'.repeat(43),
};

test('asks for a code with S256, the six scopes and our own name, and for nothing more', () => {
  const url = new URL(buildAuthorizationUrl(REQUEST));
  expect(`${url.origin}${url.pathname}`).toBe('https://issuer.test/oauth/authorize');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'app_1',
    redirect_uri: 'http://localhost:1455/auth/callback',
    scope: 'openid profile email offline_access api.connectors.read api.connectors.invoke',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    state: 's'.repeat(43),
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    originator: 'ai-sdk-codex',
  });
  expect([...url.searchParams.keys()]).toHaveLength(10);
});

test('takes scope, originator, prompt and workspace from the caller', () => {
  const wishes = {
    scope: 'openid email',
    originator: 'my & app',
    prompt: 'login',
    allowedWorkspaceId: 'ws-1,ws-2',
  } as const;
  const { searchParams } = new URL(buildAuthorizationUrl({ ...REQUEST, ...wishes }));
  expect(Object.fromEntries(searchParams)).toMatchObject({
    scope: 'openid email',
    originator: 'my & app',
    prompt: 'login',
    allowed_workspace_id: 'ws-1,ws-2',
  });
});

test('writes a space as %20, and a plus stays one', () => {
  const url = buildAuthorizationUrl({ ...REQUEST, scope: 'openid a+b' });
  expect(url).toContain('scope=openid%20a%2Bb&');
  expect(new URL(url).searchParams.get('scope')).toBe('openid a+b');
});

test('an issuer may end with a slash, and must be https or this machine', () => {
  expect(buildAuthorizationUrl({ ...REQUEST, issuer: 'https://issuer.test/' })).toMatch(
    /^https:\/\/issuer\.test\/oauth\/authorize\?/,
  );
  expect(buildAuthorizationUrl({ ...REQUEST, issuer: 'http://127.0.0.1:9' })).toMatch(
    /^http:\/\/127\.0\.0\.1:9\/oauth/,
  );
  expect(() => buildAuthorizationUrl({ ...REQUEST, issuer: 'http://issuer.test' })).toThrow(
    expect.objectContaining({ code: 'invalid_setting' }),
  );
});
