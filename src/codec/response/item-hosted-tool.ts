import type { MachineState, Out } from './machine-state';
import type { ResponseItem } from './response-event';

/**
 * Items of tools that the backend ran by itself, and of kinds that nobody here knows. What they found is shown as
 * sources and files; a call part would crash `ai` 5 when its caller did not declare the tool.
 */
export function closeOtherItem(item: ResponseItem, id: string, state: MachineState, out: Out): void {
  switch (item.type) {
    case 'web_search_call':
      for (const [index, url] of (item.sources ?? []).entries()) {
        if (url) out.push({ type: 'source', sourceType: 'url', id: `${id}:${index}`, url });
      }
      return;
    case 'image_generation_call':
      if (item.result) {
        out.push({ type: 'file', mediaType: `image/${item.outputFormat ?? 'png'}`, data: item.result });
      }
      return;
    default:
      state.warnings.push(`The backend sent an item of type ${item.type}, which is not supported; it was left out.`);
  }
}
