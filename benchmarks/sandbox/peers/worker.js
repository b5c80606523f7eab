// The thread of the `worker_threads` contender: sends back what it gets.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (message) => parentPort.postMessage(message));
