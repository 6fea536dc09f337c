import { redact } from '../shared/secret';
import { CodexAuthError } from './errors';
import { failedLogin } from './new-login';

/**
 * - `code`: the person has let us in.
 * - `refused`: the answer to this very login is no; `why` names the kind of page to show.
 * - `unusable`: not an answer to this login, so that the wait for one goes on. `message` is for people and holds no secret.
 */
export type AuthorizationResponse =
  | { kind: 'code'; code: string }
  | { kind: 'refused'; error: CodexAuthError; why: 'denied' | 'not_enabled' | 'failed' }
  | { kind: 'unusable'; message: string };

const MAX_DESCRIPTION = 200;
const MAX_PASTED = 16 * 1024;
const OTHER_LOGIN =
  'That belongs to another login attempt. Log in at the address that was shown last, and use where that one ends.';

/**
 * Reads what the issuer sent back to the redirect URI. The state comes first: without it, nothing else counts.
 *
 * @param query What follows the `?`.
 * @param state The one of the authorization request.
 * @see [RFC 6749, section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
export function parseAuthorizationResponse(query: string | URLSearchParams, state: string): AuthorizationResponse {
  const params = new URLSearchParams(query);
  const states = params.getAll('state');
  // Twice, a proxy or a parser of another kind could see the other one.
  if (states.length !== 1 || !isSameSecret(states[0] ?? '', state)) return { kind: 'unusable', message: OTHER_LOGIN };
  return readAnswer(params, state);
}

/**
 * What a person pasted: the address at which the browser ended, or the part of it that matters.
 *
 * @param isStateOptional Whether an address may lack the state. A code alone always may.
 */
export function parsePastedResponse(text: string, state: string, isStateOptional = true): AuthorizationResponse {
  const pasted = unwrap(text.slice(0, MAX_PASTED));
  if (pasted === '') return { kind: 'unusable', message: `Nothing was pasted. ${HOW_TO_PASTE}` };
  const { params, isBare } = paramsOf(pasted);
  const codes = new Set(params.getAll('code').filter(Boolean));
  const isQuestion = params.has('response_type') || params.has('code_challenge');
  if (isQuestion && codes.size === 0 && !params.get('error')) return { kind: 'unusable', message: QUESTION };
  // A state that is not there cannot be compared: then the code alone has to fit the verifier, which only we know.
  const states = params.getAll('state');
  const isComplete = isBare || isStateOptional || states.length === 1;
  if (!isComplete || !states.every((one) => isSameSecret(one, state)))
    return { kind: 'unusable', message: OTHER_LOGIN };
  if (params.get('error')) return readAnswer(params, state);
  const [code, ...others] = codes;
  if (isCode(code) && others.length === 0) return { kind: 'code', code };
  return { kind: 'unusable', message: `There is no code in what was pasted. ${HOW_TO_PASTE}` };
}

const HOW_TO_PASTE =
  'After the login the browser ends at an address with `/auth/callback?code=` in it, even if it shows an error there: paste all of that address.';
const QUESTION = `What was pasted is the address to log in at. Open it in a browser first. ${HOW_TO_PASTE}`;

function readAnswer(params: URLSearchParams, state: string): AuthorizationResponse {
  const error = params.get('error');
  if (error) return refusal(error, describe(params.get('error_description') ?? '', state));
  const [code, ...more] = params.getAll('code');
  if (isCode(code) && more.length === 0) return { kind: 'code', code };
  return {
    kind: 'refused',
    error: failedLogin('the issuer sent the browser back without a usable code'),
    why: 'failed',
  };
}

function refusal(error: string, description: string): AuthorizationResponse {
  if (error !== 'access_denied') {
    const word = /^\w{3,60}$/.test(error) ? error : 'an unknown error';
    const detail = `the issuer answered ${word}${description && ` ("${description}")`}`;
    return { kind: 'refused', error: failedLogin(detail), why: 'failed' };
  }
  const isNotEnabled = description.includes('missing_codex_entitlement');
  const message = isNotEnabled
    ? 'Codex is not enabled for this workspace. Ask an admin of the workspace for access to Codex, or log in with another account; an earlier login is kept.'
    : `The login was denied${description && ` ("${description}")`}. Start it again if that was a mistake; an earlier login is kept.`;
  const why = isNotEnabled ? 'not_enabled' : 'denied';
  return { kind: 'refused', error: new CodexAuthError({ code: 'access_denied', message }), why };
}

/** The issuer's words, made harmless for a terminal: no control or format characters, and not for ever. */
function describe(text: string, state: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(state, '[redacted]');
  return redact(plain).replace(/\s+/g, ' ').trim().slice(0, MAX_DESCRIPTION);
}

/** Terminals and mails wrap addresses; shells, chats and people put things around and into them. */
function unwrap(text: string): string {
  let rest = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the marks that terminals put around what is pasted
    .replace(/\u001b\[20[01]~/g, '')
    .replace(/\s*[\r\n]\s*/g, '')
    .replace(/[\p{C}\\“”„‘’‚«»‹›]+/gu, '')
    .replaceAll('&amp;', '&')
    .trim();
  const wrapped = /^(?:"(.*)"|'(.*)'|`(.*)`|<(.*)>|\((.*)\))$/;
  rest = withoutMarks(rest);
  for (let match = wrapped.exec(rest); match; match = wrapped.exec(rest)) {
    rest = withoutMarks(match.slice(1).find(isText) ?? '');
  }
  return /[=#]/.test(rest) ? rest : decode(rest);
}

/** Without the name before it and the marks of the sentence that it stood in. */
function withoutMarks(text: string): string {
  return text.replace(/^url:\s*/i, '').replace(/(?<![.,;:!])[.,;:!]+$/, '');
}

/** `isBare`: the code stands alone, or with the state as `code#state`. */
function paramsOf(pasted: string): { params: URLSearchParams; isBare: boolean } {
  const parts = pasted.split(/[?#]/);
  const queries = parts.filter((part) => /^[&\s]*\w+=/.test(part));
  if (queries.length > 0) return { params: new URLSearchParams(queries.join('&').replace(/\s+/g, '')), isBare: false };
  const [code = '', state, ...more] = parts.map((part) => decode(part.trim()));
  // Shorter than any code, an address, or words: sent to the issuer, it would only cost the attempt.
  const isCodeLike = more.length === 0 && /^[\w.~+=-]{6,}$/.test(code);
  return { params: new URLSearchParams(isCodeLike ? { code, ...(state && { state }) } : {}), isBare: true };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

/** Visible ASCII, as RFC 6749 has it. */
function isCode(code: string | undefined): code is string {
  return code !== undefined && /^[\x21-\x7e]{1,4096}$/.test(code);
}

/** Takes as long for a guess that is nearly right as for any other of its length. */
function isSameSecret(guess: string, secret: string): boolean {
  if (guess.length !== secret.length) return false;
  let difference = 0;
  for (let at = 0; at < secret.length; at++) difference |= guess.charCodeAt(at) ^ secret.charCodeAt(at);
  return difference === 0 && secret.length > 0;
}
