import { expect, it } from 'vitest';
import { loadFixtures } from './fixtures';

/** Every event that the backend sends, or that the public Responses API adds to it. */
const EVENTS = `
  response.created response.queued response.in_progress response.metadata codex.rate_limits keepalive
  response.output_item.added response.output_item.done response.content_part.added response.content_part.done
  response.output_text.delta response.output_text.annotation.added response.output_text.done
  response.refusal.delta response.refusal.done
  response.reasoning_summary_part.added response.reasoning_summary_part.done
  response.reasoning_summary_text.delta response.reasoning_summary_text.done
  response.reasoning_text.delta response.reasoning_text.done
  response.function_call_arguments.delta response.function_call_arguments.done
  response.custom_tool_call_input.delta response.custom_tool_call_input.done
  response.web_search_call.in_progress response.web_search_call.searching response.web_search_call.completed
  response.image_generation_call.in_progress response.image_generation_call.generating
  response.image_generation_call.partial_image response.image_generation_call.completed
  response.completed response.done response.incomplete response.failed error
`;

const ITEMS = `
  message reasoning function_call custom_tool_call web_search_call image_generation_call mcp_list_tools compaction program
`;

const PARTS = `
  stream-start response-metadata text-start text-delta text-end reasoning-start reasoning-delta reasoning-end
  tool-input-start tool-input-delta tool-input-end tool-call source file error finish
`;

const REASONS = 'stop length content-filter tool-calls error unknown';

const fixtures = loadFixtures();
const streams = fixtures.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n');
const parts = fixtures.flatMap(({ expected }) => ('parts' in expected ? expected.parts : []));
const words = (list: string) => list.trim().split(/\s+/);

it.each(words(EVENTS))('a fixture has the event %s', (type) => {
  expect(streams).toContain(`data: {"type":"${type}"`);
});

it.each(words(ITEMS))('a fixture has an item of type %s', (type) => {
  expect(streams).toMatch(new RegExp(`"item":\\{[^{}[\\]]*"type":"${type}"`));
});

it.each(words(PARTS))('a fixture expects the part %s', (type) => {
  expect(parts.map((part) => part.type)).toContain(type);
});

it.each(words(REASONS))('a fixture expects to finish with %s', (reason) => {
  expect(parts.map((part) => part.finishReason)).toContain(reason);
});
