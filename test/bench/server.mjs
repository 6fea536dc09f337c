/**
 * A process of its own that streams responses: `POST /{kind}/{count}/responses`. `GET /progress` tells how many bytes of
 * the newest stream went into its socket and how many of those the operating system has taken.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { responseStream } from './streams.mjs';

const prepared = new Map();
let progress = { written: 0, done: true };

/** Streams that are short enough are made once, so that the server is never what is waited for. */
function pieces(kind, count) {
  if (count > 100_000) return responseStream(kind, count, false);
  const key = `${kind}/${count}`;
  if (!prepared.has(key)) prepared.set(key, [...responseStream(kind, count)]);
  return prepared.get(key);
}

async function stream(kind, count, response) {
  const mine = { written: 0, done: false };
  progress = mine;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const closed = once(response, 'close');
  for (const piece of pieces(kind, count)) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), closed]);
    mine.written += piece.length;
  }
  mine.done = true;
  response.end();
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(progress));
    return;
  }
  const [, kind, count] = request.url.split('/');
  request.resume().on('end', () => stream(kind, Number(count), response).catch(() => response.destroy()));
});

server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit());
