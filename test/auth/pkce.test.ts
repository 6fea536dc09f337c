import { expect, test } from 'vitest';
import { codeChallengeOf, createPkce, randomToken } from '../../src/auth/pkce';
import { createRuntime } from '../../src/shared/runtime';

test('the challenge is that of RFC 7636, appendix B', async () => {
  const challenge = await codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', createRuntime());
  expect(challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
});

test('the verifier of the appendix comes out of its bytes', () => {
  const octets = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91,
    88, 5, 88, 83, 132, 141, 121,
  ];
  const asked: number[] = [];
  const randomBytes = (length: number) => {
    asked.push(length);
    return Uint8Array.from(octets);
  };
  const token = randomToken(createRuntime({ randomBytes }), 32);
  expect([token, asked]).toEqual(['dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', [32]]);
});

test('a verifier has 86 characters that need no escaping, and is another each time', async () => {
  const runtime = createRuntime();
  const one = await createPkce(runtime);
  const other = await createPkce(runtime);
  expect(one.codeVerifier).toMatch(/^[\w-]{86}$/);
  expect(one.codeChallenge).toBe(await codeChallengeOf(one.codeVerifier, runtime));
  expect(other.codeVerifier).not.toBe(one.codeVerifier);
});

test('bytes beyond ASCII are written without padding, plus or slash', () => {
  const runtime = createRuntime({ randomBytes: (length) => new Uint8Array(length).fill(0xff) });
  expect(randomToken(runtime, 4)).toBe('_____w');
});
