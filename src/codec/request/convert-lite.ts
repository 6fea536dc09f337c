import type { CallWarning, CodexCall } from '../call';
import type { InputContent, InputItem, RequestBody } from './request-body';

/**
 * A request in the lite form of the protocol, in which tools and instructions are the first items of the input, all turns
 * are reasoned over, and calls come one at a time.
 */
export function convertLite(
  { instructions, tools, ...body }: RequestBody,
  { options }: Pick<CodexCall, 'options'>,
): { body: RequestBody; warnings: CallWarning[] } {
  const input = body.input.map(withoutDetail);
  const lite: RequestBody = {
    ...body,
    input: [...prefix(instructions, tools), ...input],
    parallel_tool_calls: false,
    reasoning: { ...body.reasoning, context: 'all_turns' },
  };
  const warnings: CallWarning[] = [];
  if (options.parallelToolCalls) {
    const details = 'The lite form of the protocol has no parallel tool calls.';
    warnings.push({ type: 'unsupported-setting', setting: 'parallelToolCalls', details });
  }
  if (input.some((item, index) => item !== body.input[index])) {
    warnings.push({ type: 'other', message: 'The lite form of the protocol has no image detail; it was left out.' });
  }
  return { body: lite, warnings };
}

function prefix(instructions: string | undefined, tools: RequestBody['tools']): InputItem[] {
  const items: InputItem[] = [];
  if (tools) items.push({ type: 'additional_tools', role: 'developer', tools });
  // An app may have emptied the default on purpose.
  if (instructions) {
    items.push({ type: 'message', role: 'developer', content: [{ type: 'input_text', text: instructions }] });
  }
  return items;
}

/** The item itself where there is nothing to leave out. */
function withoutDetail(item: InputItem): InputItem {
  if (item.type === 'function_call_output' && typeof item.output !== 'string' && item.output.some(hasDetail)) {
    return { ...item, output: item.output.map(plainImage) };
  }
  if (item.type === 'message' && item.role !== 'assistant' && item.content.some(hasDetail)) {
    return { ...item, content: item.content.map(plainImage) };
  }
  return item;
}

function hasDetail(part: InputContent): boolean {
  return part.type === 'input_image' && part.detail !== undefined;
}

function plainImage(part: InputContent): InputContent {
  return part.type === 'input_image' ? { type: 'input_image', image_url: part.image_url } : part;
}
