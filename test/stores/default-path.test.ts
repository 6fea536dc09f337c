import { expect, test } from 'vitest';
import { defaultAuthPath } from '../../src/stores/node/default-path';

test.each([
  ['linux', {}, '/home/a', '/home/a/.config/ai-sdk-codex/auth.json'],
  ['linux', { XDG_CONFIG_HOME: '/cfg' }, '/home/a', '/cfg/ai-sdk-codex/auth.json'],
  ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/a', '/home/a/.config/ai-sdk-codex/auth.json'],
  ['linux', { AI_SDK_CODEX_HOME: '/srv/logins', XDG_CONFIG_HOME: '/cfg' }, '/home/a', '/srv/logins/auth.json'],
  ['linux', { AI_SDK_CODEX_HOME: '' }, '/home/a', '/home/a/.config/ai-sdk-codex/auth.json'],
  ['darwin', {}, '/Users/a', '/Users/a/Library/Application Support/ai-sdk-codex/auth.json'],
  ['win32', { APPDATA: 'C:\\Data' }, 'C:\\Users\\a', 'C:\\Data\\ai-sdk-codex\\auth.json'],
  ['win32', {}, 'C:\\Users\\a', 'C:\\Users\\a\\AppData\\Roaming\\ai-sdk-codex\\auth.json'],
] as const)('on %s with %o', (platform, env, home, path) => {
  expect(defaultAuthPath({ platform, env, home })).toBe(path);
});
