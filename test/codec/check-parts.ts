import type { ResponseEvent } from '../../src/codec/response/response-event';
import { ResponseMachine } from '../../src/codec/response/response-machine';
import type { ResponsePart } from '../../src/codec/response/response-part';

/** Feeds events to a fresh machine and ends it, as a transport does: it stops when the machine has closed. */
export function runMachine(events: ResponseEvent[]): ResponsePart[] {
  const machine = new ResponseMachine({ sessionId: 'session-1' });
  const parts: ResponsePart[] = [];
  for (const event of events) machine.handle(event, parts);
  machine.end(parts);
  const { length } = parts;
  if (!machine.closed) throw new Error('The machine is open after its end.');
  for (const event of events) machine.handle(event, parts);
  machine.invalid('{', parts);
  machine.fail({ kind: 'transport', message: 'Too late.' }, parts);
  machine.end(parts);
  if (parts.length !== length) throw new Error('The machine said something after it had closed.');
  return parts;
}

/** What is wrong with a list of parts by the rules of the AI SDK; empty when nothing is. */
export function faultsOf(parts: ResponsePart[]): string[] {
  const faults: string[] = [];
  const open = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const [, kind, step] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(part.type) ?? [];
    const key = `${kind} ${'id' in part ? part.id : ''}`;
    if (step === 'start' && open.has(key)) faults.push(`${key} is begun while it is open`);
    if (step && step !== 'start' && !open.has(key)) faults.push(`${key} has a ${step} without a start`);
    if (step === 'start') open.add(key);
    if (step === 'end') open.delete(key);
    for (const field of ['id', 'delta', 'toolCallId', 'toolName', 'input']) {
      const value = (part as Record<string, unknown>)[field];
      if (field in part && typeof value !== 'string') faults.push(`${part.type} has a ${field} that is no text`);
    }
    if (part.type === 'finish' && index !== parts.length - 1) faults.push('finish is not the last part');
  }
  if (parts.at(-1)?.type !== 'finish') faults.push('there is no finish');
  for (const key of open) faults.push(`${key} is never ended`);
  return faults;
}
