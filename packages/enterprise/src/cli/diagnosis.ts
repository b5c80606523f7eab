import { type EnforcementReport, GUARANTEES, IsolationLevel } from '@truthound/protocols';
import type { ContainerRuntime } from './container-runtimes.ts';
import { printable } from './printable.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What a machine was found to do. */
export interface Diagnosis {
  readonly node: string;
  readonly system: string;
  /** Whether plugins run here under STANDARD as it is. */
  readonly isStandardEnforced: boolean;
  /** Why not, as a sandbox said it. */
  readonly reason: string | undefined;
  readonly unenforced: readonly string[];
  readonly enforcement: EnforcementReport;
  readonly levels: readonly IsolationLevel[];
  readonly containers: readonly ContainerRuntime[];
}

const MARKS = {
  enforced: ['green', 'enforced'],
  partial: ['yellow', 'partial'],
  unavailable: ['red', 'unavailable'],
  'not-requested': ['dim', 'not asked for'],
} as const;

/** A diagnosis for people: what is not enforced comes with what would help. */
export function describeDiagnosis(
  diagnosis: Diagnosis,
  terminal: Pick<Terminal, 'style'>,
): readonly string[] {
  const { enforcement, reason, levels, containers } = diagnosis;
  const width = Math.max(...GUARANTEES.map((name) => name.length));
  const verdict = diagnosis.isStandardEnforced
    ? terminal.style('green', 'the policy STANDARD is enforced on this machine')
    : terminal.style('red', `the policy STANDARD cannot be kept on this machine: ${reason ?? ''}`);
  return [
    printable(`Node ${diagnosis.node}, ${diagnosis.system}`),
    verdict,
    '',
    ...GUARANTEES.flatMap((name) => {
      const { status, by, detail } = enforcement[name];
      const [style, word] = MARKS[status];
      const layers = by.length === 0 ? '' : ` by ${by.join(', ')}`;
      const line = `${name.padEnd(width)}  ${terminal.style(style, word)}${printable(layers)}`;
      return status === 'enforced' ? [line] : [line, printable(`${''.padEnd(width)}  ${detail}`)];
    }),
    '',
    `isolation levels that work here: ${levels.join(', ')}`,
    ...renderTable(
      ['CONTAINERS', 'STATUS', ''],
      containers.map(({ name, status, detail }) => [name, status, detail]),
    ),
    ...(levels.includes(IsolationLevel.CONTAINER)
      ? []
      : ['the policies STRICT and AIRGAPPED need the level "container", which does not work here']),
  ];
}
