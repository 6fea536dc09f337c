import type { Outcome, PlainPart } from '../support/v2-harness';

/** A fault of the oracle: which fixtures show it, and how it looks in what the oracle gave. */
interface Divergence {
  oracle: string;
  right: string;
  fixtures: RegExp;
  seen(oracle: PlainPart[], ours: Outcome): boolean;
}

const has = (parts: PlainPart[], type: string) => parts.some((part) => part.type === type);
const finishReason = (parts: PlainPart[]) => parts.at(-1)?.finishReason;
const length = (outcome: Outcome) => ('parts' in outcome ? outcome.parts.length : 0);
const endsUnknown = (parts: PlainPart[]) => finishReason(parts) === 'unknown' && !has(parts, 'error');
const ids = (parts: PlainPart[], step: string) => parts.filter(({ type }) => type.endsWith(step)).map(({ id }) => id);
const shows = (parts: PlainPart[], field: string) => parts.some((part) => field in part);
const metadata = (part: PlainPart | undefined) => JSON.stringify(part?.providerMetadata);

/** A delta or an end outside its block, or a stream that broke. */
function disorderly(parts: PlainPart[]): boolean {
  const open = new Set<unknown>();
  return parts.some(({ type, id }) => {
    if (type.endsWith('-start')) open.add(id);
    return (
      type === 'thrown' || (/-(delta|end)$/.test(type) && !(type.endsWith('-end') ? open.delete(id) : open.has(id)))
    );
  });
}

export const DIVERGENCES: Divergence[] = [
  {
    oracle: 'response.failed is ignored: no error, and finish says unknown',
    right: 'before output the call rejects; after it an error part and finish error',
    fixtures: /^failed-/,
    seen: endsUnknown,
  },
  {
    oracle: 'an error event is swallowed unless it has all fields of the nested form',
    right: 'an error event is a failure, nested, flat or with a text',
    fixtures: /^error-(flat-.*|type-only|as-text)$/,
    seen: endsUnknown,
  },
  {
    oracle: 'a nested error event gives an error part, but finish says unknown and nothing rejects',
    right: 'before output the call rejects; after it finish says error',
    fixtures: /^error-(nested-.*|then-failed)$/,
    seen: (parts) => has(parts, 'error') && finishReason(parts) === 'unknown',
  },
  {
    oracle: 'a response that completed without any item is an answer, with finish stop',
    right: 'an answer without any output is a failure',
    fixtures: /^empty-response$/,
    seen: (parts) => finishReason(parts) === 'stop' && !parts.some(({ type }) => /^(text|reasoning|tool)/.test(type)),
  },
  {
    oracle: 'a stream that is cut ends with finish unknown, without an error',
    right: 'the end without a terminal event is an error',
    fixtures: /^cut-/,
    seen: endsUnknown,
  },
  {
    oracle: 'a last frame without its blank line is lost, and with it the terminal event',
    right: 'the last frame counts',
    fixtures: /^framing-(no-final-blank|cr)$/,
    seen: endsUnknown,
  },
  {
    oracle: 'the text of a refusal is lost and finish says stop',
    right: 'the refusal is text and finish says content-filter',
    fixtures: /^refusal/,
    seen: (parts, ours) => finishReason(parts) === 'stop' && parts.length < length(ours),
  },
  {
    oracle: 'text that stands only in the finished item is lost',
    right: 'what the deltas left out is sent when the item is done, or with the terminal event',
    fixtures:
      /^(item-(text-only-in-done|tail-only-in-done|done-only)|reasoning-only-in-done|annotation-only-in-done|completed-output-(only|has-the-missing))$/,
    seen: (parts, ours) => parts.length < length(ours),
  },
  {
    oracle: 'deltas of raw reasoning are lost',
    right: 'raw reasoning is a reasoning part of its own',
    fixtures: /^reasoning-raw-/,
    seen: (parts) => !ids(parts, '-start').some((id) => String(id).endsWith(':raw')),
  },
  {
    oracle: 'items of kinds that it does not know are dropped without a word',
    right: 'a warning in the metadata of finish names them',
    fixtures: /^(custom-tool-call|unknown-items)$/,
    seen: (parts) => !metadata(parts.at(-1))?.includes('warnings'),
  },
  {
    oracle: 'citations of container files and file paths are dropped in streams',
    right: 'they are sources, as they are in its doGenerate',
    fixtures: /^annotation-(container-file(-bare)?|file-path)$/,
    seen: (parts) => !has(parts, 'source'),
  },
  {
    oracle: 'a terminal event that fails its schema, or that it has no schema for, disappears',
    right: 'a completed response has finished, with whatever usage it reports',
    fixtures: /^(usage-(absent|null|partial)|completed-(bare|alias-done))$/,
    seen: endsUnknown,
  },
  {
    oracle: 'an event whose inner item fails its schema disappears silently',
    right: 'nothing is validated: handlers read what they need',
    fixtures:
      /^(annotation-unknown-kind|phase-unknown-word|ids-(missing-item-id|null-item-id|null-output-index|missing-output-index-parallel)|tool-call-done-without-arguments)$/,
    seen: (parts, ours) => JSON.stringify(parts).length < JSON.stringify(ours).length && !has(parts, 'error'),
  },
  {
    oracle: 'rotating item ids crash it with a TypeError, or give deltas without a start',
    right: 'the place in the output says which item is meant',
    fixtures: /^ids-rotating-/,
    seen: disorderly,
  },
  {
    oracle: 'calls of hosted tools are shown although the caller did not declare the tools',
    right: 'they are mapped to sources and files, or dropped',
    fixtures: /^(web-search|image-generation)/,
    seen: (parts) => shows(parts, 'providerExecuted'),
  },
  {
    oracle: 'an item that is never done is never closed, and its call never made',
    right: 'whatever is open is closed before finish',
    fixtures:
      /^(incomplete-open-items|item-deltas-without-done|tool-call-(cut-by-length|no-item-done|arguments-lost))$/,
    seen: (parts) => ids(parts, '-start').length > ids(parts, '-end').length,
  },
  {
    oracle: 'an item or a summary that has not begun, or has ended, gives deltas without a start, or a TypeError',
    right: 'what was never begun is begun by its first event, and what has ended stays so',
    fixtures:
      /^(item-((deltas|reasoning)-without-added|delta-after-done)|reasoning-(no-part-events|late-delta)|ids-missing-output-index)$/,
    seen: disorderly,
  },
  {
    oracle: 'what is sent twice is shown twice, and what comes after the terminal event is shown, too',
    right: 'an item begins and ends once, and a response ends at its terminal event',
    fixtures: /^(item-(added|done)-twice|completed-then-more)$/,
    seen: (parts, ours) => parts.length > length(ours),
  },
  {
    oracle: 'an incomplete response without a reason finishes with stop',
    right: 'it is not complete, so finish says unknown',
    fixtures: /^incomplete-no-reason$/,
    seen: (parts) => finishReason(parts) === 'stop',
  },
  {
    oracle: 'a frame that is not JSON is an error part, but finish forgets it',
    right: 'before output the call rejects; after it finish says error',
    fixtures: /^invalid-json-/,
    seen: (parts) => has(parts, 'error') && finishReason(parts) === 'stop',
  },
  {
    oracle: 'JSON without a type is an error part',
    right: 'the event line gives the type; without one it is passed over',
    fixtures: /^framing-(json-no-event|type-in-event-line)$/,
    seen: (parts) => has(parts, 'error'),
  },
  {
    oracle: 'the response id is read from response.created alone',
    right: 'any event that holds the response tells its id',
    fixtures: /^events-no-(created|announcement)$/,
    seen: (parts) => metadata(parts.at(-1))?.includes('"responseId":null') ?? false,
  },
];

/** The fault of the oracle that a fixture shows; undefined where the oracle is right. */
export function divergenceOf(fixture: string): Divergence | undefined {
  return DIVERGENCES.find((divergence) => divergence.fixtures.test(fixture));
}
