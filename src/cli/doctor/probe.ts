import { ORIGINATOR } from '../../shared/constants';
import type { Runtime } from '../../shared/runtime';
import { USER_AGENT } from '../../shared/version';
import { plain } from '../text';
import { type Finding, problem, warning } from './check';

/** What a server said to a request without a token, or why it said nothing. */
export interface Probe {
  url: string;
  answer?: { status: number; headers: Headers; text: string };
  failure?: Finding;
  /** Milliseconds by which the local clock is ahead of the server's; undefined when it did not tell its time. */
  clockAheadMs?: number;
}

const MAX_TEXT = 4_096;

/** GETs `url` without a token. Rejects for an abort alone. */
export async function probe(
  url: string,
  { fetch, now }: Pick<Runtime, 'fetch' | 'now'>,
  signal: AbortSignal,
): Promise<Probe> {
  const before = now();
  try {
    const headers = { accept: 'application/json', originator: ORIGINATOR, 'user-agent': USER_AGENT };
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    const clockAheadMs = clockAhead(response.headers.get('date'), before, now());
    const { status, headers: received } = response;
    const text = await startOf(response);
    return { url, answer: { status, headers: received, text }, ...(clockAheadMs !== undefined && { clockAheadMs }) };
  } catch (error) {
    signal.throwIfAborted();
    return { url, failure: explainFailure(error, hostOf(url)) };
  }
}

/** The header has whole seconds, so half of one is added to what it says. */
function clockAhead(date: string | null, before: number, after: number): number | undefined {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? undefined : Math.round((before + after) / 2 - (theirs + 500));
}

async function startOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < MAX_TEXT) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {} // how the body broke off says less than the status
  return text.slice(0, MAX_TEXT);
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

const KINDS: readonly { codes: RegExp; say: (host: string) => [string, string] }[] = [
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN|EAI_\w+)$/,
    say: (host) => [`The name ${host} could not be resolved (DNS).`, 'Check the network and its name server.'],
  },
  {
    codes: /^ECONNREFUSED$/,
    say: (host) => [`${host} refused the connection.`, 'Check firewall and proxy, and the address if you set one.'],
  },
  {
    codes: /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/,
    say: (host) => [
      `The TLS connection to ${host} failed.`,
      'A proxy or a virus scanner may read the traffic: give Node its certificate with NODE_EXTRA_CA_CERTS.',
    ],
  },
  {
    codes: /TIMEOUT|^ETIMEDOUT$/,
    say: (host) => [`${host} did not answer in time.`, 'Check firewall and proxy.'],
  },
  {
    codes: /^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/,
    say: (host) => [`There is no way to ${host} from this network.`, 'Check the network.'],
  },
];

/** `fetch` says "fetch failed" for everything; what happened stands in the codes of its causes. */
function explainFailure(error: unknown, host: string): Finding {
  const codes = codesOf(error);
  for (const { codes: known, say } of KINDS) {
    const code = codes.find((one) => known.test(one));
    if (code === undefined) continue;
    const [message, next] = say(host);
    return problem(`${message.slice(0, -1)}: ${code}.`, next);
  }
  const reason = codes[0] ?? innermost(error);
  return problem(`The connection to ${host} failed: ${plain(reason)}.`, 'Check network, firewall and proxy.');
}

/** Such as "Proxy response (407) !== 200", which has no code. */
function innermost(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error && depth < 4 ? innermost(error.cause, depth + 1) : error.message;
}

function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const { code } = error as { code?: unknown };
  const inner = error instanceof AggregateError ? error.errors : [];
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...[error.cause, ...inner].flatMap((one) => codesOf(one, depth + 1)),
  ];
}

/**
 * What is wrong with an answer wherever it comes from; undefined for one of the server itself. `variable` may name another
 * server.
 */
export function explainAnswer({ url, answer }: Probe, variable: string): Finding | undefined {
  if (!answer) return undefined;
  const { status, headers, text } = answer;
  const host = hostOf(url);
  const ray = headers.get('cf-ray');
  const mark = ray ? ` (cf-ray ${plain(ray)})` : '';
  const isPage = /text\/html/i.test(headers.get('content-type') ?? '') || /^\s*<(?:!doctype|html)/i.test(text);
  if (headers.has('cf-mitigated') || (status === 403 && isPage)) {
    return problem(
      `${host} is behind a Cloudflare challenge for this network${mark}; the login is not the cause.`,
      'Try another network: those of data centres and VPNs are often challenged.',
    );
  }
  if (text.includes('unsupported_country_region_territory')) {
    return problem(`${host} does not serve the country of this network.`, 'Use a network of a country that is served.');
  }
  if (status >= 300 && status < 400) {
    return problem(
      `${host} redirects (${status}), which it should not; no token is sent elsewhere.`,
      otherAddress(variable),
    );
  }
  if (status >= 500) return warning(`${host} answers with status ${status}${mark}.`, 'Try again later.');
  if (isPage) return problem(`${host} answers with a web page (status ${status}${mark}).`, otherAddress(variable));
  return undefined;
}

/** What to do about an answer of somebody else. */
export function otherAddress(variable: string): string {
  return `Check ${variable} if you set it; else a proxy or a captive portal may be in between.`;
}
