import { modelFamily } from '../../catalog/model-info';
import type { AssistantPart, CallMessage, CallWarning, ReasoningOrigin, ReasoningPart, ReasoningReplay } from '../call';
import { convertContent } from './convert-content';
import { convertToolOutput } from './convert-tool-output';
import { mapCallId } from './map-call-id';
import type { InputItem } from './request-body';

/** For whom the prompt is converted, and which encrypted reasoning may go along. */
export interface ReplayPolicy extends ReasoningOrigin {
  replay: ReasoningReplay;
}

export interface ConvertedPrompt {
  /** The leading system messages, one text each. */
  system: string[];
  input: InputItem[];
  warnings: CallWarning[];
}

/**
 * Leading system messages become instructions; later ones stay where they stand, as developer items, because the backend
 * refuses the system role in its input. Ids of items are never sent: nothing is stored, so the backend could not look
 * them up.
 */
export function convertPrompt(prompt: readonly CallMessage[], policy: ReplayPolicy): ConvertedPrompt {
  const firstOther = prompt.findIndex((message) => message.role !== 'system');
  const leading = firstOther === -1 ? prompt.length : firstOther;
  const system = prompt.slice(0, leading).flatMap((message) => (message.role === 'system' ? [message.text] : []));
  const notes = new ReplayNotes();
  const input = prompt.slice(leading).flatMap((message) => convertMessage(message, policy, notes));
  return { system, input, warnings: notes.warnings() };
}

function convertMessage(message: CallMessage, policy: ReplayPolicy, notes: ReplayNotes): InputItem[] {
  switch (message.role) {
    case 'system':
      return [{ type: 'message', role: 'developer', content: [{ type: 'input_text', text: message.text }] }];
    case 'user':
      return message.parts.length > 0
        ? [{ type: 'message', role: 'user', content: convertContent(message.parts) }]
        : [];
    case 'assistant':
      return convertAssistant(message.parts, policy, notes);
    case 'tool':
      return message.results.map(({ callId, output }) => ({
        type: 'function_call_output',
        call_id: mapCallId(callId),
        output: convertToolOutput(output),
      }));
  }
}

function convertAssistant(parts: readonly AssistantPart[], policy: ReplayPolicy, notes: ReplayNotes): InputItem[] {
  const reasoning = groupReasoning(parts);
  const items: InputItem[] = [];
  for (const part of parts) {
    const item = convertAssistantPart(part, reasoning, policy, notes);
    if (item) items.push(item);
  }
  return items;
}

function convertAssistantPart(
  part: AssistantPart,
  reasoning: ReasoningGroups,
  policy: ReplayPolicy,
  notes: ReplayNotes,
): InputItem | undefined {
  switch (part.type) {
    case 'text':
      if (part.text === '') return undefined;
      return {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: part.text }],
        ...(part.phase !== undefined && { phase: part.phase }),
      };
    case 'reasoning': {
      const group = reasoning.get(part);
      return group && convertReasoning(group, policy, notes);
    }
    case 'tool-call':
      if (part.providerExecuted) return notes.drop('hosted');
      return {
        type: 'function_call',
        call_id: mapCallId(part.callId),
        name: part.name,
        arguments: JSON.stringify(part.input) ?? '{}',
      };
    case 'tool-result':
      return notes.drop('hosted');
    case 'file':
      return notes.drop('file');
  }
}

/** Parts of one reasoning item, keyed by the first of them: the item stands where its first part stood. */
type ReasoningGroups = Map<AssistantPart, ReasoningPart[]>;

function groupReasoning(parts: readonly AssistantPart[]): ReasoningGroups {
  const groups: ReasoningGroups = new Map();
  const byItem = new Map<string, ReasoningPart[]>();
  for (const part of parts) {
    if (part.type !== 'reasoning') continue;
    const known = part.itemId === undefined ? undefined : byItem.get(part.itemId);
    if (known) {
      known.push(part);
      continue;
    }
    const group = [part];
    groups.set(part, group);
    if (part.itemId !== undefined) byItem.set(part.itemId, group);
  }
  return groups;
}

function convertReasoning(group: ReasoningPart[], policy: ReplayPolicy, notes: ReplayNotes): InputItem | undefined {
  const sealed = group.findLast((part) => part.encryptedContent);
  if (!sealed?.encryptedContent) return notes.drop('unsealed');
  if (!mayReplay(sealed.origin, policy)) return notes.drop(policy.replay === 'never' ? 'declined' : 'foreign');
  return {
    type: 'reasoning',
    summary: group.flatMap((part) =>
      part.text && !part.raw ? [{ type: 'summary_text' as const, text: part.text }] : [],
    ),
    encrypted_content: sealed.encryptedContent,
  };
}

function mayReplay(origin: ReasoningOrigin | undefined, policy: ReplayPolicy): boolean {
  if (policy.replay === 'never' || !policy.account || origin?.account !== policy.account) return false;
  return policy.replay === 'same-account' || modelFamily(origin.model) === modelFamily(policy.model);
}

const NOTES = {
  foreign:
    'reasoning of another account, model family or provider is not sent back, because the backend could not decrypt it',
  unsealed: 'reasoning without encrypted content is not sent back, because the backend stores nothing to match it with',
  hosted: 'a call that a provider executed itself is not sent back',
  file: 'a file generated earlier by the assistant is not sent back',
  declined: undefined, // the caller asked for it
} as const;

/** What was left out of the request, told once a kind: warnings are printed on every step of a loop. */
class ReplayNotes {
  private readonly counts = new Map<keyof typeof NOTES, number>();

  drop(kind: keyof typeof NOTES): undefined {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  warnings(): CallWarning[] {
    return [...this.counts].flatMap(([kind, count]) => {
      const note = NOTES[kind];
      return note === undefined ? [] : [{ type: 'other' as const, message: `${count} × ${note}.` }];
    });
  }
}
