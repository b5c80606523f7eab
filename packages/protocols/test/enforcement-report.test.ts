import { expect, test } from 'vitest';
import { type EnforcementReport, GUARANTEES, type GuaranteeReport, findUnenforced } from '../src/index.ts';

function reportWith(differing: Partial<EnforcementReport>): EnforcementReport {
  const enforced: GuaranteeReport = { status: 'enforced', by: ['seccomp'], detail: '' };
  const entries = GUARANTEES.map((name) => [name, differing[name] ?? enforced]);
  return Object.fromEntries(entries) as EnforcementReport;
}

test('what is partly kept or not kept is found, in the order of the guarantees', () => {
  const report = reportWith({
    network: { status: 'unavailable', by: [], detail: '' },
    memory: { status: 'partial', by: ['watchdog'], detail: '' },
    cpu: { status: 'not-requested', by: [], detail: '' },
  });
  expect(findUnenforced(report)).toEqual(['memory', 'network']);
});

test('nothing is found where all is kept', () => {
  expect(findUnenforced(reportWith({}))).toEqual([]);
});
