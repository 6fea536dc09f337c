import { KNOWN_MODELS, modelInfo } from '../../catalog/known-models';
import { type ModelInfo, modelFamily } from '../../catalog/model-info';
import { asString, type JSONObject } from '../../shared/json';
import { catalogEntry } from './catalog-entry';

/** A model that the emulated account has. What is left out is taken from the bundled facts about that id. */
export interface EmulatorModel extends Partial<ModelInfo> {
  id: string;
  /** Takes the lite form of the protocol. Default: the gpt-5.6 family. */
  lite?: boolean;
  /** Served over HTTP to clients of the Codex family alone. Default: gpt-5.6-luna. */
  codexIdentityOnly?: boolean;
  /** Fields of its catalogue entry that differ from the default. */
  entry?: JSONObject;
}

/** A model as the rules see it: every default filled in. */
export interface ServedModel extends ModelInfo {
  lite: boolean;
  codexIdentityOnly: boolean;
  entry: JSONObject;
}

/** The models of the emulated account. */
export class ModelDirectory {
  private readonly served: ReadonlyMap<string, ServedModel>;

  constructor(models: readonly (string | EmulatorModel)[] = defaultModels()) {
    this.served = new Map(models.map(serve).map((model) => [model.id, model]));
  }

  get(id: string): ServedModel | undefined {
    return this.served.get(id);
  }

  /** The catalogue for a client of this version; `0.0.0`, or none, gets all of it. */
  catalog(clientVersion?: string): JSONObject[] {
    const all = [...this.served.values()];
    const visible =
      clientVersion === undefined || clientVersion === '0.0.0' ? all : all.filter(servedTo(clientVersion));
    return visible.map(catalogEntry);
  }
}

/** True when a client of `version` is new enough for the model. */
export function servedTo(version: string): (model: ModelInfo) => boolean {
  return (model) => compareVersions(version, model.minimalClientVersion ?? '0.0.0') >= 0;
}

function defaultModels(): string[] {
  return [
    'gpt-5.3-codex',
    ...KNOWN_MODELS.filter(({ retiredSince, isListed }) => retiredSince === undefined && isListed !== false)
      .map(({ id }) => id)
      .filter((id) => id !== 'gpt-reserve'), // not on the plan of the default account
  ];
}

function serve(model: string | EmulatorModel): ServedModel {
  const given = typeof model === 'string' ? { id: model } : model;
  return {
    lite: modelFamily(given.id) === 'gpt-5.6',
    // Plain HTTP requests of other clients were answered 404 for this id alone.
    codexIdentityOnly: given.id === 'gpt-5.6-luna',
    entry: {},
    ...modelInfo(given.id),
    ...given,
  };
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): number[] {
  return (asString(version) ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
}
