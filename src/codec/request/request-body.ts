import type { JSONObject } from '../../shared/json';

/**
 * The body of `POST /responses`. The backend refuses any key it does not know with a 400, so this type is an allow-list:
 * what is not named here is never sent.
 */
export interface RequestBody {
  model: string;
  /** Absent in the lite form alone. */
  instructions?: string;
  input: InputItem[];
  tools?: FunctionTool[];
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; name: string };
  parallel_tool_calls?: boolean;
  reasoning?: { effort?: string; summary?: 'auto' | 'concise' | 'detailed'; context?: 'all_turns' };
  store: false;
  stream: true;
  include: string[];
  service_tier?: string;
  prompt_cache_key?: string;
  text?: { verbosity?: 'low' | 'medium' | 'high'; format?: TextFormat };
}

export type TextFormat =
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; strict: boolean; schema: JSONObject; description?: string };

export interface FunctionTool {
  type: 'function';
  name: string;
  description?: string;
  strict: boolean;
  parameters: JSONObject;
}

export type InputContent =
  | { type: 'input_text'; text: string }
  | { type: 'input_image'; image_url: string; detail?: 'auto' | 'low' | 'high' }
  | { type: 'input_file'; filename: string; file_data: string }
  | { type: 'input_file'; file_url: string };

export type InputItem =
  | { type: 'additional_tools'; role: 'developer'; tools: FunctionTool[] }
  | { type: 'message'; role: 'user' | 'developer'; content: InputContent[] }
  | { type: 'message'; role: 'assistant'; content: { type: 'output_text'; text: string }[]; phase?: string }
  | { type: 'reasoning'; summary: { type: 'summary_text'; text: string }[]; encrypted_content: string }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string | InputContent[] };
