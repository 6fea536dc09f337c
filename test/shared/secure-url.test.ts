import { expect, test } from 'vitest';
import { createCodex } from '../../src/index';
import { isSecureUrl, shownUrl } from '../../src/shared/secure-url';

test.each(['https://a.test', 'https://a.test:8443/x', 'http://localhost:1', 'http://127.0.0.1:1/x', 'http://[::1]:1'])(
  'a token may go to %s',
  (url) => {
    expect(isSecureUrl(url)).toBe(true);
  },
);

test.each([
  'http://a.test',
  'http://127.0.0.1.evil.test',
  'http://localhost.evil.test',
  'ftp://localhost',
  'a.test',
  '',
  'https://user:hidden-word@a.test',
  'https://user@a.test',
  'http://:hidden-word@localhost:1',
  'https://a.test/codex?key=hidden-word',
  'https://a.test/codex?',
  'https://a.test/codex#hidden-word',
  'https://a.test/#',
])('no token goes to %s', (url) => {
  expect(isSecureUrl(url)).toBe(false);
});

test.each([
  ['https://user:hidden-word@a.test:8443/x?key=hidden-word#hidden-word', 'https://a.test:8443/x'],
  ['http://a.test', 'http://a.test/'],
  ['hidden-word', 'not an address'],
])('an address is shown without its secrets', (address, shown) => {
  expect(shownUrl(address)).toBe(shown);
});

test.each(['?key=hidden-word', '#hidden-word'])('a setting that ends with %s is refused and not repeated', (end) => {
  for (const setting of ['baseURL', 'issuer']) {
    const create = () => createCodex({ [setting]: `https://a.test/codex${end}` });
    expect(create).toThrow(/must be an https URL without a password, a query or a fragment/);
    expect(create).not.toThrow(/hidden-word/);
  }
});

test('a password in a setting is refused and not repeated', () => {
  for (const setting of ['baseURL', 'issuer']) {
    const create = () => createCodex({ [setting]: 'https://user:hidden-word@a.test' });
    expect(create).toThrow(TypeError);
    expect(create).not.toThrow(/hidden-word/);
  }
});
