import { createHash } from 'node:crypto';

interface Page {
  status: number;
  look: 'good' | 'bad' | 'neutral';
  title: string;
  text: string;
}

/** Every word that a browser may be shown. Nothing of a request, an answer or an error is ever put into a page. */
const PAGES = {
  success: {
    status: 200,
    look: 'good',
    title: 'You are logged in.',
    text: 'You can close this window and go back to your app.',
  },
  // The outcome of a login is no failure of this request, so these are 200, too.
  denied: {
    status: 200,
    look: 'bad',
    title: 'The login was denied.',
    text: 'Nothing has changed. If this was a mistake, go back to your app and start the login again.',
  },
  not_enabled: {
    status: 200,
    look: 'bad',
    title: 'Codex is not enabled for this workspace.',
    text: 'Ask an admin of the workspace for access to Codex, or log in with another account.',
  },
  region: {
    status: 200,
    look: 'bad',
    title: 'ChatGPT is not available from here.',
    text: 'Your app has to use a network or proxy of a supported country, as this browser does.',
  },
  not_saved: {
    status: 200,
    look: 'bad',
    title: 'The login could not be saved.',
    text: 'Go back to your app: it says why. Then start the login again.',
  },
  failed: {
    status: 200,
    look: 'bad',
    title: 'The login did not succeed.',
    text: 'Go back to your app: it says why. Then start the login again.',
  },
  used: {
    status: 200,
    look: 'neutral',
    title: 'This login has been answered already.',
    text: 'Go back to your app to see how it went. You can close this window.',
  },
  cancelled: {
    status: 200,
    look: 'neutral',
    title: 'This login has ended.',
    text: 'Another login has taken its place.',
  },
  other_login: {
    status: 400,
    look: 'bad',
    title: 'This is the answer to another login.',
    text: 'It was not used. Go back to your app and log in at the address that it showed last.',
  },
  not_here: {
    status: 404,
    look: 'neutral',
    title: 'There is nothing here.',
    text: 'This address waits for the end of a login. Go on where you started it.',
  },
} as const satisfies Record<string, Page>;

export type LoginPage = keyof typeof PAGES;

const STYLE = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--line:#dfe2e8;--text:#16181d;--soft:#545b69;--good:#177245;--bad:#b3261e;--neutral:#4a5568}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:440px;padding:40px 32px 28px;text-align:center;background:var(--card);border:1px solid var(--line);border-radius:16px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.07)}
svg{display:block;width:56px;height:56px;margin:0 auto 20px}
circle{fill:currentColor;opacity:.12}
path{fill:none;stroke:currentColor;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}
.good{color:var(--good)}.bad{color:var(--bad)}.neutral{color:var(--neutral)}
h1{margin:0 0 10px;font-size:22px;line-height:1.3;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
p{margin:0;color:var(--soft);text-wrap:balance}
footer{margin-top:32px;padding-top:20px;border-top:1px solid var(--line);font-size:13px;color:var(--soft)}
strong{font-weight:600;color:var(--text)}
@media(max-width:480px){body{padding:16px}main{padding:32px 20px 24px}}
@media(prefers-color-scheme:dark){:root{--back:#0f1115;--card:#181b21;--line:#2b3039;--text:#eceef2;--soft:#a5adba;--good:#5fd39a;--bad:#ff8a80;--neutral:#a8b3c4}main{box-shadow:none}}
`.trim();

const MARKS = {
  good: 'M18 29l7 7 14-15',
  bad: 'M20 20l16 16M36 20L20 36',
  neutral: 'M28 26v13M28 18v.01',
};

/** What goes with every answer, whatever it is. The hash lets in our own style and nothing else. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  connection: 'close',
};

export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A page with its headers. `status` is that of the page, unless the request deserves another. */
export function answerWith(page: LoginPage, status: number = PAGES[page].status): PageAnswer {
  const body = render(PAGES[page]);
  return { status, headers: { ...HEADERS, 'content-length': String(Buffer.byteLength(body)) }, body };
}

function render({ look, title, text }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title.replace(/\.$/, ''))} - ai-sdk-codex</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<svg class="${look}" viewBox="0 0 56 56" aria-hidden="true"><circle cx="28" cy="28" r="28"/><path d="${MARKS[look]}"/></svg>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<footer><strong>ai-sdk-codex</strong> on this computer</footer>
</main>
</body>
</html>
`;
}

/** The words are ours, and stay harmless when somebody puts a variable into them one day. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
