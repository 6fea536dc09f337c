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
  ['win32', { APPDATA: '' }, 'C:\\Users\\a', 'C:\\Users\\a\\AppData\\Roaming\\ai-sdk-codex\\auth.json'],
  ['win32', { APPDATA: 'Data' }, 'C:\\Users\\a', 'C:\\Users\\a\\AppData\\Roaming\\ai-sdk-codex\\auth.json'],
  ['win32', { APPDATA: '\\\\srv\\home$\\a' }, 'C:\\Users\\a', '\\\\srv\\home$\\a\\ai-sdk-codex\\auth.json'],
  ['win32', {}, '\\\\srv\\home$\\a', '\\\\srv\\home$\\a\\AppData\\Roaming\\ai-sdk-codex\\auth.json'],
  ['win32', { AI_SDK_CODEX_HOME: 'D:/our logins' }, 'C:\\Users\\a', 'D:\\our logins\\auth.json'],
  ['win32', { AI_SDK_CODEX_HOME: 'd:\\a\\..\\b\\' }, 'C:\\Users\\a', 'd:\\b\\auth.json'],
  ['win32', { AI_SDK_CODEX_HOME: '\\\\srv\\share\\a' }, 'C:\\Users\\a', '\\\\srv\\share\\a\\auth.json'],
] as const)('on %s with %o', (platform, env, home, path) => {
  expect(defaultAuthPath({ platform, env, home })).toBe(path);
});
