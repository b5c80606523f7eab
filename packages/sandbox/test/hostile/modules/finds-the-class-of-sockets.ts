import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'finds the class of sockets behind its standard streams and behind terminals',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    import tty from 'node:tty';
    export const attack = () => {
      const starts = [process.stdout, process.stderr, process.stdin, process.stdout._handle, process.stderr._handle, tty.ReadStream, tty.WriteStream, tty.WriteStream.prototype];
      const names = [];
      for (let held of starts) for (; held; held = Object.getPrototypeOf(held)) names.push(held.name, held.constructor?.name);
      return names.filter((name) => name === 'Socket' || name === 'Pipe' || name === 'TTY').join();
    };`),
  verify: async ({ value, call, logs }) => {
    assert.equal(value, '');
    await call(() => {
      console.log('to stdout');
      console.error('to stderr');
      process.stdout.write('and more\n');
    });
    await expectLines(logs, ['to stdout', 'to stderr', 'and more']);
  },
};

/** Output comes by pipes of its own, so perhaps a little after the answer. */
async function expectLines(logs: readonly string[], lines: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 500 && !lines.every((line) => logs.includes(line)); tries += 1) await delay(10);
  assert.deepEqual([...logs].sort(), [...lines].sort());
}

export default act;
