import type { JSONObject } from '../../shared/json';
import type { CallTool, CallToolChoice } from '../call';
import type { FunctionTool, RequestBody } from './request-body';

/** Function tools in the flat shape of the Responses API. `strict` is always said: the API's own default is not false. */
export function convertTools(tools: readonly CallTool[], strict: boolean): FunctionTool[] {
  return tools.map((tool) => ({
    type: 'function',
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    strict,
    parameters: withProperties(tool.inputSchema),
  }));
}

export function convertToolChoice(choice: CallToolChoice): NonNullable<RequestBody['tool_choice']> {
  return choice.type === 'tool' ? { type: 'function', name: choice.name } : choice.type;
}

// A bare `{ type: 'object' }`, as tools without input declare it, is refused.
function withProperties(schema: JSONObject): JSONObject {
  return schema.type === 'object' && schema.properties === undefined ? { ...schema, properties: {} } : schema;
}
