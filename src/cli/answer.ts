import type { RateLimits } from '../shared/rate-limits';
import type { openProvider } from './services';

type Model = ReturnType<Awaited<ReturnType<typeof openProvider>>>;
type Stream = Awaited<ReturnType<Model['doStream']>>['stream'];
type Part = Stream extends ReadableStream<infer P> ? P : never;
type FinishPart = Extract<Part, { type: 'finish' }>;
type Warning = Extract<Part, { type: 'stream-start' }>['warnings'][number];

/** What an answer was, once it is over; the names are those that `--json` prints. */
export interface Answer {
  text: string;
  /** The model that answered, as the backend says. */
  model: string;
  finishReason: FinishPart['finishReason'];
  usage: FinishPart['usage'];
  responseId: string | null;
  rateLimits: RateLimits | null;
  /** In sentences. */
  warnings: string[];
}

/** The part of our metadata that is shown. */
interface Metadata {
  responseId?: string | null;
  rateLimits?: RateLimits;
  warnings?: string[];
}

/** Reads an answer to its end. @throws What broke it off, also after text. */
export async function readAnswer(stream: Stream, model: string, onText: (delta: string) => void): Promise<Answer> {
  const reader = stream.getReader();
  const texts: string[] = [];
  const warnings: string[] = [];
  let answeredBy = model;
  for (;;) {
    const { value: part } = await reader.read();
    if (!part) throw new Error('The answer broke off.');
    if (part.type === 'error') throw part.error;
    if (part.type === 'stream-start') warnings.push(...part.warnings.map(toSentence));
    if (part.type === 'response-metadata') answeredBy = part.modelId ?? answeredBy;
    // Texts are of one answer: a comment on the way and the answer itself must not run together.
    if (part.type === 'text-start' && texts.length > 0) add('\n\n');
    if (part.type === 'text-delta') add(part.delta);
    if (part.type === 'finish') return close(part);
  }

  function add(text: string): void {
    texts.push(text);
    onText(text);
  }

  function close({ finishReason, usage, providerMetadata }: FinishPart): Answer {
    if (finishReason === 'error') throw new Error('The answer ended with an error.');
    const { responseId = null, rateLimits = null, warnings: late = [] } = (providerMetadata?.codex ?? {}) as Metadata;
    const text = texts.join('');
    return { text, model: answeredBy, finishReason, usage, responseId, rateLimits, warnings: [...warnings, ...late] };
  }
}

function toSentence(warning: Warning): string {
  if (warning.type === 'other') return warning.message;
  const name = warning.type === 'unsupported-setting' ? warning.setting : warning.tool.name;
  return warning.details ?? `${name} is not supported.`;
}
