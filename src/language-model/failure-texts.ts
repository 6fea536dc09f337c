import type { BackendFailure, BackendFailureCode, FailureClass } from '../codec/response/backend-failure';
import type { RateLimits } from '../shared/rate-limits';
import { clip } from './clip';
import { describeLimit, describeWait } from './describe-limit';
import { describeModel } from './describe-model';

/** A failure of the backend, and whose call it was. */
export interface ToldFailure {
  said: BackendFailure;
  meaning: FailureClass;
  modelId?: string | undefined;
  accountId?: string | undefined;
  /** All headers of the answer. */
  headers: Record<string, string>;
  limits: RateLimits | undefined;
  liveIds?: readonly string[] | undefined;
  clientVersion?: string | undefined;
  loginHint: string;
  /** A token that was refused can be renewed by the next call. */
  isRenewable: boolean;
  /** The call held encrypted reasoning. */
  sentReasoning: boolean;
  url: string;
  now: number;
}

/** What we say of one kind of failure. */
interface Text {
  /** What happened, without its end: whose call it was follows. */
  what(failure: ToldFailure): string;
  /** When it ends and what to do next, in sentences. */
  next?(failure: ToldFailure): string[];
}

const limited = ({ meaning, limits, now }: ToldFailure) => describeLimit(meaning, limits, now);
const unavailable = ({ modelId = '', liveIds, clientVersion }: ToldFailure) =>
  describeModel(modelId, liveIds, clientVersion);
const planOf = ({ said, limits }: ToldFailure) => {
  const plan = said.planType ?? limits?.planType;
  return plan ? `The ${clip(plan, 40)} plan` : 'The plan of this account';
};

export const FAILURE_TEXTS: Record<BackendFailureCode, Text> = {
  unauthorized: {
    what: () => 'The Codex backend refused this login',
    next: ({ loginHint }) => [loginHint],
  },
  api_key: {
    what: () => 'The Codex backend was sent a token that is not that of a ChatGPT login',
    next: ({ loginHint }) => [
      'A platform key (sk-...) or a token of another service does not work here.',
      `A login with ChatGPT is needed. ${loginHint}`,
    ],
  },
  usage_limit_reached: { what: (failure) => `${planOf(failure)} has reached its usage limit`, next: limited },
  insufficient_quota: { what: (failure) => `${planOf(failure)} has no quota or credits left`, next: limited },
  usage_not_included: {
    what: (failure) => `${planOf(failure)} does not include Codex`,
    next: () => ['Upgrade the plan, or log in to an account or workspace that has Codex.'],
  },
  rate_limit_exceeded: {
    what: () => 'The Codex backend takes no more requests for the moment',
    next: ({ meaning, now }) => [
      ...describeWait(meaning, now),
      meaning.isRetryable
        ? `Try again ${meaning.retryAfterMs === undefined ? 'in a moment' : 'then'}, with fewer calls at a time.`
        : 'Until then, use another model.',
    ],
  },
  server_is_overloaded: {
    what: () => 'The Codex backend has no capacity left',
    next: ({ meaning, now }) => [
      ...describeWait(meaning, now),
      `Try again ${meaning.isRetryable ? 'in a moment' : 'then'}, or use another model.`,
    ],
  },
  server_error: {
    what: ({ said }) =>
      said.status === undefined ? 'The Codex backend failed' : `The Codex backend failed with status ${said.status}`,
    next: ({ meaning, now }) => [
      ...describeWait(meaning, now),
      `Try again${meaning.isRetryable ? '' : ' then'}; this is no fault of the call.`,
    ],
  },
  model_not_supported: {
    what: () => 'The backend does not offer this model with the ChatGPT login',
    next: unavailable,
  },
  model_not_found: { what: () => 'The backend does not know this model, or hides it', next: unavailable },
  context_length_exceeded: {
    what: () => 'The prompt is longer than the model can read',
    next: () => ['Shorten the conversation, its tool results or its files, or start a new one.'],
  },
  payload_too_large: {
    what: () => 'The request is larger than the backend takes',
    next: () => ['Send fewer or smaller images and files, or a shorter conversation.'],
  },
  content_policy: {
    what: () => 'The backend refused the content of the prompt',
    next: () => ['Change the prompt: the same one will be refused again.'],
  },
  invalid_image: {
    what: ({ said }) => `The backend could not read an image of the prompt${at(said)}`,
    next: () => ['Send whole PNG, JPEG, WebP or GIF data with the right media type.'],
  },
  invalid_encrypted_content: {
    what: ({ sentReasoning }) =>
      `The backend could not decrypt ${sentReasoning ? 'the reasoning in this history' : 'something of the request'}`,
    next: ({ sentReasoning }) => [
      sentReasoning
        ? 'It is that of another account or model. Remove the reasoning parts, or set providerOptions.codex.reasoningReplay to "never".'
        : 'The call that was refused held no encrypted reasoning, so that leaving it out does not help.',
    ],
  },
  instructions_refused: {
    what: () => 'The backend refused the instructions',
    next: () => ['Begin the prompt with a system message of text, or give the setting `instructions`.'],
  },
  invalid_request: {
    what: ({ said, meaning }) => `The backend refused the request with status ${meaning.status}${at(said)}`,
    next: adviseOnRequest,
  },
  cloudflare_challenge: {
    what: () => 'Cloudflare, in front of the backend, stopped the request',
    next: ({ headers }) => [
      'Causes are the network of a data centre, a VPN, a proxy, an unusual TLS client, or a wrong `baseURL`.',
      'The credentials play no part. Send from another network, or through a proxy by the setting `fetch`.',
      ...(headers['cf-ray'] ? [`Its name for the request is ${clip(headers['cf-ray'], 80)} (cf-ray).`] : []),
    ],
  },
  region_blocked: {
    what: () => 'The backend does not serve the country or region of this network',
    next: () => ['Send from a supported one. A proxy works only if the setting `fetch` uses it.'],
  },
  deactivated_workspace: {
    what: ({ said }) => `The ChatGPT ${isOfAccount(said) ? 'account' : 'workspace'} of this login is deactivated`,
    next: ({ said }) => [
      isOfAccount(said)
        ? 'Log in to another account, or ask the support of OpenAI about this one.'
        : 'Ask its owner to activate it, or log in again and choose another workspace.',
    ],
  },
  forbidden: {
    what: ({ meaning }) => `The backend denied access with status ${meaning.status}`,
    next: () => ['Ask the owner of the workspace whether this account may use Codex; a new token does not help.'],
  },
  redirected: {
    what: ({ headers, meaning }) =>
      `The backend answered with a redirect (status ${meaning.status}) to ${target(headers.location)}`,
    next: ({ url }) => [
      `No token is sent there, so it is not followed. Is the setting \`baseURL\` right? It gave ${url}.`,
    ],
  },
  unexpected_answer: {
    what: ({ said, meaning }) =>
      `${said.isHtml ? 'A page' : 'Something else'} with status ${meaning.status} came in place of an answer of the Codex backend`,
    next: ({ said, url }) => [
      said.isHtml
        ? 'It is that of a proxy, of the login portal of a network, or of another server. The credentials play no part.'
        : 'What came is in `responseBody`. A proxy, or another server, may have made it.',
      `Is the setting \`baseURL\` right? It gave ${url}.`,
    ],
  },
};

function isOfAccount({ codes }: BackendFailure): boolean {
  return codes.includes('account_deactivated');
}

function adviseOnRequest({ said, meaning, url }: ToldFailure): string[] {
  const { message = '', isHtml } = said;
  if (/^No tool (?:call|output) found/i.test(message)) {
    return ['Every tool call of the history needs its result, and every result its call.'];
  }
  if (meaning.isRetryable) return ['Try again.'];
  if (isHtml || (meaning.status === 404 && !said.codes.length) || meaning.status === 405) {
    return [`Is the setting \`baseURL\` right? It gave ${url}.`];
  }
  return [];
}

function at({ param }: BackendFailure): string {
  return param ? `, at ${clip(param, 100)}` : '';
}

/** Without its query, in which other services were seen to repeat what was sent. */
function target(location: string | undefined): string {
  return location ? clip(location.replace(/[?#].*$/s, ''), 200) : 'an address that it does not name';
}
