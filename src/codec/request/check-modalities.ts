import type { ModelInfo } from '../../catalog/model-info';
import type { CallWarning } from '../call';
import type { InputItem } from './request-body';

/** A warning about images for a model that is known not to see them. They are sent: only the backend knows for sure. */
export function checkModalities(input: readonly InputItem[], { id, inputModalities }: ModelInfo): CallWarning[] {
  if (!inputModalities || inputModalities.includes('image')) return [];
  const count = input.reduce((sum, item) => sum + imagesOf(item), 0);
  if (count === 0) return [];
  return [{ type: 'other', message: `${count} × image, which ${id} is known not to see; sent all the same.` }];
}

function imagesOf(item: InputItem): number {
  const parts = item.type === 'message' ? item.content : item.type === 'function_call_output' ? item.output : [];
  return typeof parts === 'string' ? 0 : parts.filter(({ type }) => type === 'input_image').length;
}
