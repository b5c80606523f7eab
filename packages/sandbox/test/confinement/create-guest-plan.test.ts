import { NETWORK_MODULES, type SecurityPolicyInput, createPolicy } from '@truthound/protocols';
import { expect, it } from 'vitest';
import { createGuestPlan } from '../../src/confinement/create-guest-plan.ts';

function blockedUnder(input: SecurityPolicyInput): readonly string[] | undefined {
  return createGuestPlan(createPolicy({ ...input, blockedModules: ['node:fs'] }), [], undefined).moduleGate
    ?.blocked;
}

it('closes network modules with their internal twins, whatever list of its own a policy has', () => {
  expect(blockedUnder({})).toEqual(['fs', ...NETWORK_MODULES, 'child_process']);
  expect(NETWORK_MODULES).toContain('_http_client');
});

it('leaves open by name what the policy allows', () => {
  expect(blockedUnder({ allowNetwork: true })).toEqual(['fs', 'child_process']);
  expect(blockedUnder({ allowSubprocess: true })).toEqual(['fs', ...NETWORK_MODULES]);
});
