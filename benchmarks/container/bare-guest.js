// The guest of a bare start: Node connects to the socket it is told of and sends back what it gets.
import { createConnection } from 'node:net';

const socket = createConnection(process.argv[2]);
socket.on('data', (bytes) => socket.write(bytes));
socket.on('close', () => process.exit());
