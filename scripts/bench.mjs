/**
 * `npm run bench` measures what is built: CPU time per event. `-- --memory`: a million events with a slow reader.
 * `-- --load`: what importing the package adds to an app. Nothing here fails a build; it prints what it measured.
 */
const [mode = '--speed'] = process.argv.slice(2);

switch (mode) {
  case '--speed':
    await (await import('../test/bench/speed.mjs')).measureSpeed();
    break;
  case '--memory':
    await (await import('../test/bench/memory.mjs')).measureMemory();
    break;
  case '--load':
    await (await import('../test/bench/load.mjs')).measureLoad();
    break;
  default:
    console.error('Usage: node scripts/bench.mjs [--speed | --memory | --load]');
    process.exitCode = 2;
}
