import type { BackendRequest } from './backend-request';
import type { Refusal } from './refusal';
import { checkAccount, checkClientVersion, checkPath, checkPayload, checkToken } from './rules-access';
import {
  checkInputList,
  checkInstructions,
  checkKnownKeys,
  checkServiceTier,
  checkStore,
  checkStream,
} from './rules-body';
import { checkContent, checkIds, checkItemKeys, checkPairing, checkReferences, checkRoles } from './rules-input';
import { checkEffort, checkLite, checkModel, checkSeals, checkToolChoice } from './rules-model';

/** One thing that the backend insists on. */
export interface Rule {
  number: number;
  name: string;
  check(request: BackendRequest): Refusal | undefined;
}

/** What the backend refuses, in the order in which it looks. The first broken rule decides the answer. */
export const RULES: readonly Rule[] = [
  { number: 1, name: 'path and method', check: checkPath },
  { number: 2, name: 'bearer token', check: checkToken },
  { number: 3, name: 'account of the token', check: checkAccount },
  { number: 4, name: 'encoding and JSON', check: checkPayload },
  { number: 5, name: 'instructions', check: checkInstructions },
  { number: 6, name: 'input is a list', check: checkInputList },
  { number: 7, name: 'store is false', check: checkStore },
  { number: 8, name: 'stream is true', check: checkStream },
  { number: 9, name: 'known keys', check: checkKnownKeys },
  { number: 10, name: 'service tier', check: checkServiceTier },
  { number: 11, name: 'no system role', check: checkRoles },
  { number: 12, name: 'model of the account', check: checkModel },
  { number: 13, name: 'reasoning effort', check: checkEffort },
  { number: 14, name: 'lite form', check: checkLite },
  { number: 15, name: 'tool choice', check: checkToolChoice },
  { number: 16, name: 'content of messages', check: checkContent },
  { number: 17, name: 'calls and outputs in pairs', check: checkPairing },
  { number: 18, name: 'nothing is looked up', check: checkReferences },
  { number: 19, name: 'encrypted reasoning', check: checkSeals },
  { number: 20, name: 'ids', check: checkIds },
  { number: 21, name: 'keys of items', check: checkItemKeys },
];

const ACCESS_RULES = RULES.filter(({ number }) => number === 2 || number === 3);

/** The same for the usage of the plan. */
export const USAGE_RULES: readonly Rule[] = ACCESS_RULES;

/** The same for the list of models. */
export const MODELS_RULES: readonly Rule[] = [
  ...ACCESS_RULES,
  { number: 31, name: 'version of the client', check: checkClientVersion },
];

/** The first rule that `request` breaks, with the answer to it. */
export function firstRefusal(
  request: BackendRequest,
  rules: readonly Rule[] = RULES,
): { rule: Rule; refusal: Refusal } | undefined {
  for (const rule of rules) {
    const refusal = rule.check(request);
    if (refusal) return { rule, refusal };
  }
  return undefined;
}
