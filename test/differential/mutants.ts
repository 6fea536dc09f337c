import type { ResponseEvent } from '../../src/codec/response/response-event';
import { ResponseMachine } from '../../src/codec/response/response-machine';
import type { FinishPart, ResponsePart } from '../../src/codec/response/response-part';

/** What the parts of one event become; made anew for every response, so that it may remember things. */
type Change = (parts: ResponsePart[], event: ResponseEvent | undefined) => ResponsePart[];

const each = (change: (part: ResponsePart) => ResponsePart | ResponsePart[]) => (): Change => (parts) =>
  parts.flatMap(change);
const without = (type: ResponsePart['type']) => each((part) => (part.type === type ? [] : [part]));
const finish = (change: (part: FinishPart) => Partial<FinishPart>) =>
  each((part) => (part.type === 'finish' ? { ...part, ...change(part) } : part));
const metadata = (type: ResponsePart['type'], fields: object) =>
  each((part) =>
    part.type === type && 'providerMetadata' in part && part.providerMetadata
      ? ({ ...part, providerMetadata: { codex: { ...part.providerMetadata.codex, ...fields } } } as ResponsePart)
      : part,
  );

/** Faults that a response machine could have, by name. */
export const MUTANTS: Record<string, () => Change> = {
  'annotations are dropped from the end of a text': metadata('text-end', { annotations: undefined }),
  'sources are lost': without('source'),
  'stop and tool-calls are swapped': finish(({ finishReason }) => ({
    finishReason: finishReason === 'stop' ? 'tool-calls' : finishReason === 'tool-calls' ? 'stop' : finishReason,
  })),
  'length counts as stop': finish(({ finishReason }) => (finishReason === 'length' ? { finishReason: 'stop' } : {})),
  'a filtered answer counts as stop': finish(({ finishReason }) =>
    finishReason === 'content-filter' ? { finishReason: 'stop' } : {},
  ),
  'a failure counts as stop': finish(({ finishReason }) => (finishReason === 'error' ? { finishReason: 'stop' } : {})),
  'failures are swallowed': without('error'),
  'cached tokens are lost': finish(({ usage }) => ({ usage: { ...usage, cachedInputTokens: undefined } })),
  'reasoning tokens are added to the output': finish(({ usage }) => ({
    usage: { ...usage, outputTokens: (usage.outputTokens ?? 0) + (usage.reasoningTokens ?? 0) },
  })),
  'finish comes twice': each((part) => (part.type === 'finish' ? [part, part] : part)),
  'the last delta of a text is lost': loseLastDelta,
  'the text that deltas left out is not filled in': () => (parts, event) =>
    event?.type === 'response.output_item.done' ? parts.filter(({ type }) => type !== 'text-delta') : parts,
  'encrypted content is on every end of its item': encryptEveryEnd,
  'encrypted content is on the start alone': metadata('reasoning-end', { reasoningEncryptedContent: null }),
  'a second summary goes on in the first': each((part) =>
    'id' in part && part.type.startsWith('reasoning-') ? { ...part, id: part.id?.replace(/:\d+$/, ':0') ?? '' } : part,
  ) as () => Change,
  'the phase is lost at the end of a text': metadata('text-end', { phase: undefined }),
  'the item id is lost on calls': metadata('tool-call', { itemId: undefined }),
  'the end of a tool input is forgotten': without('tool-input-end'),
  'calls are forgotten': without('tool-call'),
  'deltas of arguments go to the call that began last': lastCallTakesAll,
  'the start of the response is taken for milliseconds': each((part) =>
    part.type === 'response-metadata' && part.createdAt !== undefined
      ? { ...part, createdAt: part.createdAt / 1000 }
      : part,
  ),
  'the response id is lost': finish((part) => ({ metadata: { ...part.metadata, responseId: null } })),
};

function loseLastDelta(): Change {
  let held: ResponsePart[] = [];
  return (parts) =>
    parts.flatMap((part) => {
      if (part.type !== 'text-delta' && part.type !== 'text-end') return [part];
      const before = held;
      held = part.type === 'text-delta' ? [part] : [];
      return part.type === 'text-end' ? [part] : before;
    });
}

function encryptEveryEnd(): Change {
  return (parts, event) => {
    const item = event?.item as { encrypted_content?: string } | null | undefined;
    const reasoningEncryptedContent = item?.encrypted_content ?? 'sealed';
    return metadata('reasoning-end', { reasoningEncryptedContent })()(parts, event);
  };
}

function lastCallTakesAll(): Change {
  let last = '';
  return (parts) =>
    parts.map((part) => {
      if (part.type === 'tool-input-start') last = part.id;
      return part.type === 'tool-input-delta' ? { ...part, id: last } : part;
    });
}

/** Runs `run` with every response machine changed, and puts things right again. */
export async function withMutant<T>(create: () => Change, run: () => Promise<T>): Promise<T> {
  const { handle, fail } = ResponseMachine.prototype;
  const changes = new WeakMap<ResponseMachine, Change>();
  const change = (machine: ResponseMachine, parts: ResponsePart[], event?: ResponseEvent): ResponsePart[] => {
    const known = changes.get(machine) ?? create();
    changes.set(machine, known);
    return known(parts, event);
  };
  ResponseMachine.prototype.handle = function (event, out) {
    const parts: ResponsePart[] = [];
    handle.call(this, event, parts);
    out.push(...change(this, parts, event));
  };
  ResponseMachine.prototype.fail = function (failure, out) {
    const parts: ResponsePart[] = [];
    fail.call(this, failure, parts);
    out.push(...change(this, parts));
  };
  try {
    return await run();
  } finally {
    Object.assign(ResponseMachine.prototype, { handle, fail });
  }
}
