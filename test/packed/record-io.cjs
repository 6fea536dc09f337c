/**
 * Loaded before a program: notes which files it touches outside its own folder, which connections it opens and what it
 * fetches, through the public functions of Node.
 */
const fs = require('node:fs');
const net = require('node:net');
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');

const records = [];
const own = process.cwd();

function watch(owner, name, describe) {
  const original = owner[name];
  if (typeof original !== 'function') return;
  owner[name] = function (...args) {
    const what = describe(args);
    if (what !== undefined) records.push(`${name} ${what}`);
    return original.apply(this, args);
  };
}

const FILE_CALLS = [
  'open',
  'readFile',
  'readdir',
  'stat',
  'lstat',
  'access',
  'writeFile',
  'mkdir',
  'readlink',
  'realpath',
];
const outside = ([path]) =>
  (typeof path === 'string' || path instanceof URL) && !String(path).replace('file://', '').startsWith(own)
    ? String(path)
    : undefined;
for (const call of FILE_CALLS) {
  watch(fs, call, outside);
  watch(fs, `${call}Sync`, outside);
  watch(fs.promises, call, outside);
}
watch(fs, 'existsSync', outside);
watch(net.Socket.prototype, 'connect', () => 'a socket');
watch(dns, 'lookup', ([host]) => host);
watch(globalThis, 'fetch', ([url]) => String(url));
syncBuiltinESMExports();

globalThis.recordedIO = records;
