// A bare Node process that loads a module and calls its export `run`, with no protection at all.
import { Socket } from 'node:net';

const socket = new Socket({ fd: 3, readable: true, writable: true });
let text = '';
socket.setEncoding('utf8');
socket.on('data', async (chunk) => {
  text += chunk;
  if (!text.endsWith('\n')) return;
  const [url, args] = JSON.parse(text);
  const { run } = await import(url);
  socket.write(`${JSON.stringify(run(...args))}\n`);
});
