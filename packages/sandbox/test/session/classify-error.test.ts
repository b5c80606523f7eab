import { STANDARD } from '@truthound/protocols';
import { expect, it } from 'vitest';
import { MODULE_DENIED } from '../../src/guest/module-gate-code.ts';
import { classifyError } from '../../src/session/classify-error.ts';

const facts = {
  pluginId: 'reader',
  sandboxId: 'one',
  policy: STANDARD,
  call: 'attack()',
  hasModuleViolation: true,
};

it.each([
  ['import lodash', 'allowedModules, blockedModules'],
  ['import node:http', 'allowNetwork; allowedModules, blockedModules'],
  ['require child_process', 'allowSubprocess; allowedModules, blockedModules'],
  ['process.getBuiltinModule node:worker_threads', 'no option of a policy allows it'],
  ['import node:vm', 'no option of a policy allows it'],
])('tells what would open a denied module: %s', (action, option) => {
  const raw = {
    name: 'Error',
    message: `the sandbox's policy denies it: ${action} (allowedModules, blockedModules)`,
    code: MODULE_DENIED,
  };
  expect(classifyError(raw, facts).message).toContain(`(${option})`);
});

it('sends nobody to an option that would not help with threads', () => {
  const raw = { name: 'Error', message: 'denied', code: 'ERR_ACCESS_DENIED', permission: 'WorkerThreads' };
  expect(classifyError(raw, facts).message).toContain('no option of a policy allows it');
});
