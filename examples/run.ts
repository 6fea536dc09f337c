import { withProvider } from './support/provider';
import { replies } from './support/replies';

const [name = '', ...flags] = process.argv.slice(2);
const live = flags.includes('--live');
const script = replies[name];

if (!script) {
  console.error(`Usage: npm run example NAME [-- --live], where NAME is one of: ${Object.keys(replies).join(', ')}`);
  process.exitCode = 1;
} else {
  const example: { run: Parameters<typeof withProvider>[1] } = await import(`./${name}.ts`);
  if (!live) console.log('(on the emulator; --live runs it on your own login)');
  await withProvider({ live, replies: script }, example.run).catch((error: Error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  });
}
