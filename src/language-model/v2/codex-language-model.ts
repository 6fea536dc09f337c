import type { LanguageModelV2, LanguageModelV2CallOptions } from '@ai-sdk/provider';
import { ACCOUNT, type Account } from '../fallback/account';
import type { CallEnvironment } from '../run-call';
import type { StreamResult, WireModel } from './run-model';
import type { GenerateResult } from './to-generate-result';

/** Opens what the calls of one provider share; the same at every call. */
export type OpenEnvironment = () => Promise<CallEnvironment>;

/** One model of the Codex backend as a LanguageModelV2. */
export class CodexLanguageModel implements LanguageModelV2 {
  readonly specificationVersion = 'v2';
  readonly provider = 'codex.responses';
  /** Empty: the AI SDK then downloads what a URL points to, which works for every file the app can reach. */
  readonly supportedUrls: Record<string, RegExp[]> = {};

  constructor(
    /** As the app wrote it. */
    readonly modelId: string,
    private readonly wire: WireModel,
    private readonly open: OpenEnvironment,
  ) {
    // An inspected model must not lead to whatever its settings hold.
    Object.defineProperty(this, 'open', { enumerable: false });
  }

  get [ACCOUNT](): Account {
    return { login: this.open, modelId: this.wire.modelId };
  }

  async doGenerate(options: LanguageModelV2CallOptions): Promise<GenerateResult> {
    const [{ generate }, environment] = await this.load();
    return generate(this.wire, environment, options);
  }

  async doStream(options: LanguageModelV2CallOptions): Promise<StreamResult> {
    const [{ stream }, environment] = await this.load();
    return stream(this.wire, environment, options);
  }

  /** What calls are made of is loaded by the first of them: an app that only imports us does not wait for it. */
  private load() {
    return Promise.all([import('./run-model'), this.open()]);
  }
}
