import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ChannelCapacityError, Connection, type ConnectionSocket } from '../../src/channel/connection.ts';

interface End {
  readonly connection: Connection;
  readonly messages: unknown[];
  readonly faults: Error[];
  closed: number;
}

function connect(onFrame?: () => void, maxQueuedBytes = 1_000_000): readonly [End, End, readonly Buffer[]] {
  const [first, second] = duplexPair();
  const chunks: Buffer[] = [];
  second.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ends = [first, second].map((socket): End => {
    const end: Omit<End, 'connection'> = { messages: [], faults: [], closed: 0 };
    const connection = new Connection(
      socket as unknown as ConnectionSocket,
      {
        onFrame: ({ message }) => {
          onFrame?.();
          end.messages.push(message);
        },
        onFault: (error) => end.faults.push(error),
        onClose: () => {
          end.closed += 1;
        },
      },
      { maxQueuedBytes },
    );
    return Object.assign(end, { connection });
  });
  return [ends[0]!, ends[1]!, chunks];
}

describe('a connection', () => {
  it('sends what one turn sends in as few writes as there are sixteens', async () => {
    const [sender, receiver, chunks] = connect();
    for (let id = 0; id < 40; id += 1) sender.connection.send(['m', id]);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(receiver.messages).toHaveLength(40);
    expect(chunks.length).toBeLessThanOrEqual(3);
  });

  it('keeps the order of messages with and without bytes', async () => {
    const [sender, receiver] = connect();
    sender.connection.send(['first']);
    sender.connection.send(['second'], [new Uint8Array(5)]);
    sender.connection.send(['third']);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(receiver.messages).toEqual([['first'], ['second'], ['third']]);
  });

  it('refuses to queue without end for a peer that does not read', () => {
    const [sender] = connect(undefined, 1000);
    expect(() => {
      for (let id = 0; id < 100; id += 1) sender.connection.send(['x'.repeat(100)]);
    }).toThrow(ChannelCapacityError);
  });

  it('reads nothing more once its owner has thrown', async () => {
    const [sender, receiver] = connect(() => {
      throw new Error('owner');
    });
    sender.connection.send([1]);
    sender.connection.send([2]);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(receiver.messages).toEqual([]);
    expect(receiver.faults.map(({ message }) => message)).toEqual(['owner']);
  });

  it('sends what waits before it closes, and nothing after', async () => {
    const [sender, receiver] = connect();
    sender.connection.send(['last']);
    sender.connection.flush();
    for (let turns = 0; turns < 3; turns += 1) await turn();
    sender.connection.close();
    sender.connection.send(['too late']);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    expect(receiver.messages).toEqual([['last']]);
    expect(sender.closed).toBe(1);
  });
});
