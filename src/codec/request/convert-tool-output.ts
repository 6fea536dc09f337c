import type { ToolOutput } from '../call';
import { convertContent } from './convert-content';
import type { InputContent } from './request-body';

/** What a tool returned, as `function_call_output.output` wants it: a string, or parts where there are images. */
export function convertToolOutput(output: ToolOutput): string | InputContent[] {
  switch (output.type) {
    case 'text':
      return output.text;
    case 'json':
      // JSON.stringify gives undefined for undefined, which a tool without a return value hands over.
      return JSON.stringify(output.value) ?? 'null';
    case 'content':
      return convertContent(output.parts);
  }
}
