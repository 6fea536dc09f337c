// The Codex CLI puts this key on every item, and the backend takes it on any.
const PASSTHROUGH = 'internal_chat_message_metadata_passthrough';

function keys(...names: string[]): readonly string[] {
  return ['type', 'id', 'status', PASSTHROUGH, ...names];
}

/** The keys that each type of input item may have. */
export const ITEM_KEYS: Readonly<Record<string, readonly string[]>> = {
  message: keys('role', 'content', 'phase'),
  reasoning: keys('summary', 'content', 'encrypted_content'),
  function_call: keys('call_id', 'name', 'arguments', 'namespace'),
  function_call_output: keys('call_id', 'output'),
  custom_tool_call: keys('call_id', 'name', 'input', 'namespace'),
  custom_tool_call_output: keys('call_id', 'name', 'output'),
  local_shell_call: keys('call_id', 'action'),
  web_search_call: keys('action'),
  image_generation_call: keys('revised_prompt', 'result'),
  tool_search_call: keys('call_id', 'execution', 'arguments'),
  tool_search_output: keys('call_id', 'execution', 'tools'),
  additional_tools: keys('role', 'tools'),
  compaction_trigger: keys(),
  compaction: keys('encrypted_content'),
  item_reference: keys(),
};
