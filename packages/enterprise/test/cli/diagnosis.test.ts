import { GUARANTEES, type GuaranteeReport } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { type Diagnosis, describeDiagnosis } from '../../src/cli/diagnosis.ts';

const plain = { style: (_style: string, text: string) => text };

function createDiagnosis(
  changes: Partial<Diagnosis>,
  reports: Partial<Record<string, GuaranteeReport>> = {},
): Diagnosis {
  const enforced: GuaranteeReport = { status: 'enforced', by: ['seccomp'], detail: 'all of it' };
  return {
    node: 'v26.10.0',
    system: 'linux 6.18 x64',
    isStandardEnforced: true,
    reason: undefined,
    unenforced: [],
    enforcement: Object.fromEntries(
      GUARANTEES.map((name) => [name, reports[name] ?? enforced]),
    ) as unknown as Diagnosis['enforcement'],
    levels: ['none', 'process'],
    containers: [
      { name: 'docker', status: 'not-installed', detail: 'install docker and put it on the PATH' },
    ],
    ...changes,
  };
}

describe('describeDiagnosis', () => {
  it('says that STANDARD cannot be kept, why, and what would help with each gap', () => {
    const lines = describeDiagnosis(
      createDiagnosis(
        { isStandardEnforced: false, reason: 'the guarantee "network" is not enforced: load Landlock' },
        {
          network: {
            status: 'unavailable',
            by: [],
            detail: 'seccomp is switched off: allow it in the container',
          },
          cpu: { status: 'partial', by: ['cpu-governor'], detail: 'only while the host is awake' },
          syscalls: { status: 'not-requested', by: [], detail: 'the policy does not ask for it' },
        },
      ),
      plain,
    );
    expect(lines[1]).toBe(
      'the policy STANDARD cannot be kept on this machine: the guarantee "network" is not enforced: load Landlock',
    );
    const text = lines.join('\n');
    expect(text).toMatch(/^network +unavailable\n +seccomp is switched off: allow it in the container$/m);
    expect(text).toMatch(/^cpu +partial by cpu-governor\n +only while the host is awake$/m);
    expect(text).toMatch(/^syscalls +not asked for\n/m);
    expect(text).toMatch(/^memory +enforced by seccomp$/m);
    expect(text).not.toContain('all of it');
    expect(text).toContain('STRICT and AIRGAPPED need the level "container"');
  });

  it('does not say that containers are missing where they work', () => {
    const text = describeDiagnosis(createDiagnosis({ levels: ['none', 'process', 'container'] }), plain).join(
      '\n',
    );
    expect(text).not.toContain('AIRGAPPED');
    expect(text).toContain('the policy STANDARD is enforced on this machine');
  });
});
