import { describe, expect, test } from 'vitest';
import { parseAuthorizationResponse, parsePastedResponse } from '../../src/auth/authorization-response';

const STATE = 'kJ8s-W_state0123456789012345678901234567890';
const OTHER = 'kJ8s-W_state012345678901234567890123456789X';
const CODE = 'ory_ac_Zm9v-YmFy_0123.456~x';
const ENDED = `http://localhost:1455/auth/callback?code=${CODE}&scope=openid%20email&state=${STATE}`;

describe('what a browser brings', () => {
  test.each([
    ['in any order', `state=${STATE}&scope=openid&code=${CODE}`],
    ['with what we do not know', `code=${CODE}&iss=https%3A%2F%2Fissuer.test&state=${STATE}&session_state=1`],
  ])('a code %s', (_name, query) => {
    expect(parseAuthorizationResponse(query, STATE)).toEqual({ kind: 'code', code: CODE });
  });

  test.each([
    ['no state', `code=${CODE}`],
    ['an empty state', `code=${CODE}&state=`],
    ['another state', `code=${CODE}&state=${OTHER}`],
    ['a longer state', `code=${CODE}&state=${STATE}x`],
    ['the beginning of the state', `code=${CODE}&state=${STATE.slice(0, -1)}`],
    ['two states, the first of them right', `code=${CODE}&state=${STATE}&state=${OTHER}`],
    ['the right state twice', `code=${CODE}&state=${STATE}&state=${STATE}`],
    ['the state under another name', `code=${CODE}&State=${STATE}`],
    ['an error with another state', `error=access_denied&state=${OTHER}`],
    ['an error without a state', 'error=access_denied'],
    ['nothing', ''],
  ])('%s is no answer to this login', (_name, query) => {
    expect(parseAuthorizationResponse(query, STATE)).toMatchObject({ kind: 'unusable' });
  });

  test('an empty state of our own matches nothing', () => {
    expect(parseAuthorizationResponse(`code=${CODE}&state=`, '')).toMatchObject({ kind: 'unusable' });
  });

  test.each([
    ['no code', `state=${STATE}`],
    ['an empty code', `code=&state=${STATE}`],
    ['two codes', `code=${CODE}&code=other&state=${STATE}`],
    ['a code with line breaks', `code=a%0D%0Ax-injected:1&state=${STATE}`],
    ['a code that is no ASCII', `code=%E2%80%AE&state=${STATE}`],
    ['a code without end', `code=${'a'.repeat(5_000)}&state=${STATE}`],
  ])('%s ends the login', (_name, query) => {
    expect(parseAuthorizationResponse(query, STATE)).toMatchObject({
      kind: 'refused',
      why: 'failed',
      error: { code: 'login_failed', message: expect.stringContaining('without a usable code') },
    });
  });

  test('a refusal by the person, in the words of the issuer', () => {
    const query = new URLSearchParams({ error: 'access_denied', error_description: 'You said no.', state: STATE });
    expect(parseAuthorizationResponse(query, STATE)).toMatchObject({
      kind: 'refused',
      why: 'denied',
      error: { code: 'access_denied', message: expect.stringContaining('The login was denied ("You said no.")') },
    });
    query.set('code', CODE);
    expect(parseAuthorizationResponse(query, STATE)).toMatchObject({ kind: 'refused', why: 'denied' });
  });

  test('a workspace without Codex says what to do', () => {
    const query = { error: 'access_denied', error_description: 'x: missing_codex_entitlement', state: STATE };
    expect(parseAuthorizationResponse(new URLSearchParams(query), STATE)).toMatchObject({
      kind: 'refused',
      why: 'not_enabled',
      error: { code: 'access_denied', message: expect.stringContaining('Ask an admin') },
    });
  });

  test.each([
    ['server_error', 'the issuer answered server_error ("Try later")'],
    ['<script>alert(1)</script>', 'the issuer answered an unknown error ("Try later")'],
  ])('another error, %s, is told', (error, expected) => {
    const query = new URLSearchParams({ error, error_description: 'Try later', state: STATE });
    expect(parseAuthorizationResponse(query, STATE)).toMatchObject({
      kind: 'refused',
      why: 'failed',
      error: { code: 'login_failed', message: expect.stringContaining(expected) },
    });
  });

  test('what the issuer says cannot change a terminal, tell a secret or go on for ever', () => {
    const description = `\u001b]0;owned\u0007\u001b[31mred\r\n\u202Egnp.exe\u2028 ${STATE} eyJhbGciOiJub25l.eyJzdWIiOiIx.c2ln ${'long '.repeat(200)}`;
    const query = new URLSearchParams({ error: 'server_error', error_description: description, state: STATE });
    const answer = parseAuthorizationResponse(query, STATE);
    const { message } = answer.kind === 'refused' ? answer.error : { message: '' };
    expect(message).toContain('red');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/);
    expect(message).not.toContain(STATE);
    expect(message).not.toContain('eyJ');
    expect(message.length).toBeLessThan(400);
  });
});

describe('what a person pastes', () => {
  test.each([
    ['the whole address', ENDED],
    ['with blanks and line breaks around', `\n\t  ${ENDED} \r\n`],
    ['broken into lines by a terminal', ENDED.replace(/(.{40})/g, '$1\n   ')],
    ['with blanks in it', ENDED.replaceAll('&', ' & ')],
    ['in double quotes', `"${ENDED}"`],
    ['in single quotes', `'${ENDED}'`],
    ['in backticks', `\`${ENDED}\``],
    ['in quotes of a word processor', `“${ENDED}”`],
    ['in single ones', `‘${ENDED}’`],
    ['in those of other languages', `«„${ENDED}“»`],
    ['with a name before it', `URL: ${ENDED}`],
    ['as the end of a sentence', `${ENDED}.`],
    ['with all of that', ` url:“<${ENDED}>”, `],
    ['the code, as the end of a sentence', `“${CODE}”.`],
    ['in angle brackets', `<${ENDED}>`],
    ['in brackets and quotes, with a full stop', `"<${ENDED}>".`],
    ['escaped by a shell', ENDED.replace(/[?&=]/g, '\\$&')],
    ['escaped for HTML', ENDED.replaceAll('&', '&amp;')],
    ['percent-encoded as a whole', encodeURIComponent(ENDED)],
    ['between the marks of a terminal', `\u001b[200~${ENDED}\u001b[201~`],
    ['with invisible characters', `\uFEFF${ENDED.replace('code', 'co\u200Bde')}`],
    ['with another host and port', ENDED.replace('localhost:1455', '127.0.0.1:1457')],
    ['without its scheme', ENDED.replace('http://', '')],
    ['with an empty fragment', `${ENDED}#`],
    ['with a fragment of a site', `${ENDED}#_=_`],
    ['the query', `?code=${CODE}&state=${STATE}`],
    ['the query without its mark', `code=${CODE}&state=${STATE}`],
    ['the query in another order', `state=${STATE}&code=${CODE}`],
    ['the fragment', `#code=${CODE}&state=${STATE}`],
    ['an address with a fragment', `http://localhost:1455/auth/callback#code=${CODE}&state=${STATE}`],
    ['the answer in query and fragment', `${ENDED}#code=${CODE}&state=${STATE}`],
    ['the code and the state', `${CODE}#${STATE}`],
    ['the code and the state in two lines', ` ${CODE}#\n${STATE} `],
    ['the query without a state', `?code=${CODE}`],
    ['the code', CODE],
    ['the code in quotes', ` '${CODE}' `],
    ['the code, percent-encoded', CODE.replaceAll('~', '%7E').replaceAll('.', '%2E')],
  ])('%s', (_name, text) => {
    expect(parsePastedResponse(text, STATE)).toEqual({ kind: 'code', code: CODE });
  });

  test.each([
    ['nothing', '', 'Nothing was pasted'],
    ['blanks', ' \n ', 'Nothing was pasted'],
    ['empty quotes', '""', 'Nothing was pasted'],
    ['an address of another login', ENDED.replace(STATE, OTHER), 'another login attempt'],
    ['a code with the state of another login', `${CODE}#${OTHER}`, 'another login attempt'],
    ['an error of another login', `?error=access_denied&state=${OTHER}`, 'another login attempt'],
    ['two different states', `${ENDED}&state=${OTHER}`, 'another login attempt'],
    ['an address with an empty state', `?code=${CODE}&state=`, 'another login attempt'],
    [
      'the address to log in at',
      `https://auth.openai.com/oauth/authorize?response_type=code&code_challenge=x&state=${STATE}`,
      'is the address to log in at',
    ],
    [
      'the address to log in at, of another login',
      `https://auth.openai.com/oauth/authorize?response_type=code&state=${OTHER}`,
      'is the address to log in at',
    ],
    ['an address without an answer', 'http://localhost:1455/auth/callback', 'There is no code'],
    ['an address of another page', 'https://chatgpt.com/?model=auto', 'There is no code'],
    ['an empty code', `?code=&state=${STATE}`, 'There is no code'],
    ['two different codes', `?code=one&code=two&state=${STATE}`, 'There is no code'],
    ['a word', 'yes', 'There is no code'],
    ['words', 'what now', 'There is no code'],
    ['a word beyond ASCII', 'wörterbuch', 'There is no code'],
    ['something with two marks', 'a#b#c', 'There is no code'],
    ['a percent sign that encodes nothing', '%E0%A4%A=', 'There is no code'],
  ])('%s is unusable, and it is said why', (_name, text, expected) => {
    const answer = parsePastedResponse(text, STATE);
    expect(answer).toEqual({ kind: 'unusable', message: expect.stringContaining(expected) });
    expect(JSON.stringify(answer)).not.toContain(STATE);
    expect(JSON.stringify(answer)).not.toContain(CODE);
  });

  test.each([
    ['with the state', `http://localhost:1455/auth/callback?error=access_denied&error_description=No&state=${STATE}`],
    ['without it', '?error=access_denied&error_description=No'],
  ])('a refusal %s', (_name, text) => {
    expect(parsePastedResponse(text, STATE)).toMatchObject({ kind: 'refused', error: { code: 'access_denied' } });
  });

  test.each([
    ['an address', ENDED, 'code'],
    ['a query', `code=${CODE}&state=${STATE}`, 'code'],
    ['the code alone', CODE, 'code'],
    ['the code and the state', `${CODE}#${STATE}`, 'code'],
    ['a refusal', `?error=access_denied&state=${STATE}`, 'refused'],
    ['an address without a state', `https://app.test/callback?code=${CODE}`, 'unusable'],
    ['one that is percent-encoded', encodeURIComponent(`https://app.test/callback?code=${CODE}`), 'unusable'],
    ['a query without a state', `code=${CODE}`, 'unusable'],
    ['a fragment without a state', `https://app.test/callback#code=${CODE}`, 'unusable'],
    ['a state that comes twice', `${ENDED}&state=${STATE}`, 'unusable'],
    ['a refusal without a state', '?error=access_denied', 'unusable'],
  ])('%s, where an address must have the state: %#', (_name, text, kind) => {
    expect(parsePastedResponse(text, STATE, false)).toMatchObject({ kind });
  });

  test('marks without end cost no time that matters', () => {
    for (const mark of ['.', '“', '(', '<']) {
      expect(parsePastedResponse(`${mark.repeat(16_000)}x`, STATE)).toMatchObject({ kind: 'unusable' });
    }
  });

  test('words that look like members of an object are only words', () => {
    expect(parsePastedResponse('__proto__#constructor', STATE)).toMatchObject({ kind: 'unusable' });
    expect(parsePastedResponse('?__proto__=1&code=', STATE)).toMatchObject({ kind: 'unusable' });
  });
});
