import { parsePastedResponse } from '../auth/authorization-response';
import { CodexAuthError } from '../auth/errors';
import { formatTime } from '../shared/format-time';
import { isSet } from '../shared/is-set';
import type { Choice } from './choose-way';
import type { Context } from './context';
import { createPastePrompt, NothingPasted } from './paste-prompt';
import {
  type AuthStore,
  type DeviceCode,
  loginByDevice,
  loginInBrowser,
  type OAuthCredentials,
  type Paste,
} from './services';
import { UsageError } from './terminal';
import { plain } from './text';

const WAITING = 'Waiting (Ctrl-C cancels)';

export interface LoginTask {
  profile: string;
  /** False: the address is only printed. */
  open: boolean;
  authStore: AuthStore;
  context: Context;
}

/** Logs in by the way that was chosen; by pasting where a device code, which nobody asked for, is not to be had. */
export async function logIn({ way, reason }: Choice, task: LoginTask): Promise<OAuthCredentials> {
  const { screen, terminal } = task.context;
  if (way === 'browser') return withBrowser(task);
  if (way === 'paste') return withPaste(task);
  if (reason) {
    screen.paragraph(`${capitalised(reason)}, so a device code is used.`);
    screen.paragraph('Other ways: --browser, --paste.', screen.style.dim);
  }
  try {
    return await withDevice(task);
  } catch (error) {
    const isDisabled = CodexAuthError.isInstance(error) && error.code === 'device_login_disabled';
    if (!isDisabled || !reason || !terminal.stdin.isTTY) throw error;
    screen.paragraph('This account has no device codes switched on, so the address is to be pasted instead.');
    return withPaste(task);
  }
}

/** The browser of this machine; where somebody looks on, an address can be pasted as well. */
function withBrowser(task: LoginTask): Promise<OAuthCredentials> {
  const { terminal, screen } = task.context;
  const { open } = task;
  return browserLogin(task, {
    openBrowser: open ? terminal.openBrowser : () => {},
    onUrl(url) {
      screen.line(open ? 'Log in with your browser. If none opens, open this address:' : 'Open this address:');
      showAddress(url, task.context);
    },
    question: terminal.stdin.isTTY ? 'Or paste the address at which the browser ended' : undefined,
    isPasteNeeded: false,
  });
}

/** A browser anywhere: where it ends is pasted. */
function withPaste(task: LoginTask): Promise<OAuthCredentials> {
  const { screen } = task.context;
  return browserLogin(task, {
    openBrowser: () => {},
    onUrl(url) {
      screen.line('Open this address in any browser and log in:');
      showAddress(url, task.context);
      screen.paragraph('The page it ends at may not load; what counts is its address.');
    },
    question: 'Paste the address at which the browser ended',
    isPasteNeeded: true,
  });
}

/** On a line of its own and in one piece, so that it can be clicked and copied. */
function showAddress(url: string, { screen }: Context): void {
  screen.line();
  screen.line(screen.style.cyan(url));
  screen.line();
}

interface BrowserWay {
  openBrowser: ((url: string) => void | Promise<void>) | undefined;
  onUrl(url: string): void;
  question: string | undefined;
  /** Nobody has a browser that could come back here, so the login ends with the input. */
  isPasteNeeded: boolean;
}

async function browserLogin({ profile, authStore, context }: LoginTask, way: BrowserWay): Promise<OAuthCredentials> {
  const { question, openBrowser } = way;
  let asked: Promise<unknown> | undefined;
  let stopWaiting = () => {};
  let state = '';
  const ended = new AbortController();
  const onUrl = (url: string) => {
    state = new URL(url).searchParams.get('state') ?? '';
    way.onUrl(url);
    if (question === undefined) stopWaiting = context.screen.wait(WAITING);
  };
  const prompt = createPastePrompt(context, (text) => isAnswer(text, state));
  const ask = (text: string, signal: AbortSignal) => {
    const answer = prompt.ask(text, signal);
    asked = answer.catch((error: unknown) => {
      if (way.isPasteNeeded && error instanceof NothingPasted && error.isInputClosed) ended.abort(inputClosed());
    });
    return answer;
  };
  const paste: Paste | undefined = question === undefined ? undefined : ({ signal }) => ask(question, signal);
  try {
    return await loginInBrowser(context, authStore, { profile, openBrowser, onUrl, paste, signal: ended.signal });
  } finally {
    stopWaiting();
    await asked; // it has been taken back, and leaves the terminal as it was
    prompt.close();
  }
}

/** Part of an address is none, even if there is a code in it, which may have been cut. */
function isAnswer(text: string, state: string): boolean {
  return text.replace(/\s+/g, '').includes(state) && parsePastedResponse(text, state).kind !== 'unusable';
}

function inputClosed(): UsageError {
  return new UsageError('Nothing can be pasted: the input is closed. Use --device.');
}

async function withDevice({ profile, authStore, context }: LoginTask): Promise<OAuthCredentials> {
  let stopWaiting = context.screen.wait('Asking for a code');
  const onCode = (code: DeviceCode) => {
    stopWaiting();
    showCode(code, context);
    stopWaiting = context.screen.wait(WAITING);
  };
  try {
    return await loginByDevice(context, authStore, { profile, onCode });
  } finally {
    stopWaiting();
  }
}

function showCode({ verificationUri, userCode, expiresAt, warning }: DeviceCode, { screen, terminal }: Context): void {
  const { style } = screen;
  screen.line();
  screen.line('Open this page on any device:');
  screen.line(`    ${style.cyan(plain(verificationUri))}`);
  screen.line('and enter this code:');
  screen.line();
  screen.line(`    ${style.bold(userCode)}`);
  screen.line();
  screen.paragraph(`It is valid until ${formatTime(expiresAt, terminal.runtime.now())}.`);
  screen.paragraph(plain(warning), style.dim);
  if (isSet(terminal.env.CI)) {
    screen.paragraph('Whoever reads this log could finish the login with their own account.', style.yellow);
  }
  screen.line();
}

function capitalised(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
