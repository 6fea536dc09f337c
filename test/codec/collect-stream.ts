import type { PlainPart } from '../support/v2-harness';

type Content = PlainPart & { text?: string };

/** What `doGenerate` must return for a stream of these parts, put together independently of the code under test. */
export function collectStream(parts: PlainPart[]) {
  const content: Content[] = [];
  const open = new Map<unknown, Content>();
  let response: Record<string, unknown> = {};
  for (const { type, ...part } of parts) {
    const [kind, step] = type.split(/-(start|delta|end)$/) as [string, string | undefined];
    if (kind === 'text' || kind === 'reasoning') {
      const key = `${kind} ${part.id}`;
      const block = open.get(key) ?? { type: kind, text: '' };
      if (step === 'start') content.push(block);
      if (step === 'delta') block.text += part.delta as string;
      // Metadata is last-writer-wins, a part without any changes nothing.
      if (part.providerMetadata !== undefined) block.providerMetadata = part.providerMetadata;
      open.set(key, block);
    } else if (type === 'tool-call' || type === 'source' || type === 'file') {
      content.push({ type, ...part });
    } else if (type === 'response-metadata') {
      response = part;
    }
  }
  const { finishReason, usage, providerMetadata } = parts.at(-1) as PlainPart;
  return { content, finishReason, usage, providerMetadata, response };
}
