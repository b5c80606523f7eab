import { deepStrictEqual } from 'node:assert/strict';
import { ValidationError } from '@truthound/protocols';
import { PluginLock } from '../../../packages/enterprise/src/lock/plugin-lock.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** `truthound.lock`. */
export const lockTarget: FuzzTarget<PluginLock> = {
  name: 'lock',
  kind: 'json',
  refusals: [ValidationError],
  parse: (input) => PluginLock.parse(input.toString('utf8')),
  check(lock) {
    const text = PluginLock.format(lock);
    deepStrictEqual(PluginLock.parse(text), lock);
    deepStrictEqual(PluginLock.format(PluginLock.parse(text)), text);
  },
};
