import { format, inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Concealed } from '../../src/shared/concealed';

const secret = 'eyJhbGciOiJub25lIn0.CANARY.CANARY';

it.each<[string, (value: Concealed) => unknown]>([
  ['String()', String],
  ['a template', (value) => `${value}`],
  ['a sum', (value) => `${'Bearer '}${value}`],
  ['JSON', JSON.stringify],
  ['JSON of what holds it', (value) => JSON.stringify({ headers: [value] })],
  ['inspect', (value) => inspect(value)],
  ['inspect of what holds it', (value) => inspect({ headers: { authorization: value } })],
  ['format %s', (value) => format('%s', value)],
  ['format %o', (value) => format('%o', value)],
])('shows nothing but that there is a secret in %s', (_name, print) => {
  expect(print(new Concealed(secret))).toContain('[redacted]');
  expect(print(new Concealed(secret))).not.toMatch(/CANARY|eyJ/);
});

it.each<[string, (value: Concealed) => unknown]>([
  ['inspect that shows all', (value) => inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })],
  ['inspect that asks nobody', (value) => inspect(value, { customInspect: false, showHidden: true, showProxy: true })],
  ['a structured clone', (value) => inspect(structuredClone(value), { showHidden: true })],
  ['a copy', (value) => inspect({ ...value })],
  ['its properties', (value) => Reflect.ownKeys(value).map((key) => String(Reflect.get(value, key)))],
])('holds no secret for %s', (_name, print) => {
  expect(String(print(new Concealed(secret)))).not.toMatch(/CANARY|eyJ/);
});

it('says when there was none', () => {
  expect(`${new Concealed('')}`).toBe('[empty]');
});
