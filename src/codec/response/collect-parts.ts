import type { ResponseFailure } from './response-failure';
import type { FilePart, FinishPart, PartMetadata, ResponsePart, SourcePart, ToolCallPart } from './response-part';

export type CollectedContent =
  | { type: 'text'; text: string; providerMetadata: PartMetadata }
  | { type: 'reasoning'; text: string; providerMetadata: PartMetadata }
  | ToolCallPart
  | SourcePart
  | FilePart;

/** A whole response: what its stream says, put together. */
export interface CollectedResponse {
  content: CollectedContent[];
  metadata: Extract<ResponsePart, { type: 'response-metadata' }> | undefined;
  /** The first failure; the content before it is not a complete answer. */
  failure: ResponseFailure | undefined;
  finish: FinishPart | undefined;
}

/** Puts the parts of a stream together. Blocks stand in the order of their starts, and may interleave. */
export class PartCollector {
  private readonly response: CollectedResponse = {
    content: [],
    metadata: undefined,
    failure: undefined,
    finish: undefined,
  };
  private readonly blocks = new Map<string, Extract<CollectedContent, { type: 'text' | 'reasoning' }>>();

  push(part: ResponsePart): void {
    switch (part.type) {
      case 'text-start':
        this.open('text', part.id, part.providerMetadata);
        return;
      case 'reasoning-start':
        this.open('reasoning', part.id, part.providerMetadata);
        return;
      case 'text-delta':
      case 'reasoning-delta': {
        const block = this.blocks.get(part.id);
        if (block) block.text += part.delta;
        return;
      }
      case 'text-end':
      case 'reasoning-end': {
        // As in `ai`, the metadata of the end replaces that of the start.
        const block = this.blocks.get(part.id);
        if (block) block.providerMetadata = part.providerMetadata;
        this.blocks.delete(part.id);
        return;
      }
      case 'tool-call':
      case 'source':
      case 'file':
        this.response.content.push(part);
        return;
      case 'response-metadata':
        this.response.metadata = part;
        return;
      case 'error':
        this.response.failure ??= part.failure;
        return;
      case 'finish':
        this.response.finish = part;
    }
  }

  result(): CollectedResponse {
    return this.response;
  }

  private open(type: 'text' | 'reasoning', id: string, providerMetadata: PartMetadata): void {
    const block = { type, text: '', providerMetadata };
    this.blocks.set(id, block);
    this.response.content.push(block);
  }
}
