import { requestIdOf } from '../shared/headers';
import { clip, whose } from './clip';
import { FAILURE_TEXTS, type ToldFailure } from './failure-texts';

/** The message of an error: what happened, to which model and account, what the backend said, when it ends, what to do. */
export function describeFailure(failure: ToldFailure): string {
  const { code } = failure.meaning;
  const text = FAILURE_TEXTS[code];
  const quoted = quote(failure);
  const sentences = [
    `${text.what(failure)}${whose(failure)}.`,
    ...(quoted ? [quoted] : []),
    ...(code === 'server_error' || code === 'server_is_overloaded' ? nameRequest(failure.headers) : []),
    ...(text.next?.(failure) ?? []),
  ];
  return sentences.join(' ');
}

function nameRequest(headers: Record<string, string>): string[] {
  const id = requestIdOf(headers);
  return id ? [`It was request ${clip(id, 100)}.`] : [];
}

const MAX_QUOTE = 300;
/** Words that say no more than the status. */
const COMMON_WORDS = ['invalid_request_error', 'authentication_error', 'rate_limit_error', 'service_unavailable_error'];

/** The backend's own sentence, and its word where that says more. */
function quote({ said, meaning }: ToldFailure): string | undefined {
  const sentence = clip(said.message ?? '', MAX_QUOTE);
  const word = said.codes.find((one) => !COMMON_WORDS.includes(one) && one !== meaning.code);
  const label = word && !sentence.includes(word) ? clip(word, 100) : undefined;
  if (said.isHtml) return sentence ? `It answered with a page: "${sentence}".` : 'It answered with a page of HTML.';
  // Nobody knows who it was.
  const who = meaning.code === 'unexpected_answer' ? 'It' : 'The backend';
  if (!sentence) return label && `${who} said: ${label}.`;
  if (label) return `${who} said: "${sentence}" (${label}).`;
  return `${who} said: "${sentence}"${/[.!?…]$/.test(sentence) ? '' : '.'}`;
}
