import { availableParallelism, cpus, loadavg } from 'node:os';
import type { FirstCallResult } from './first-calls.ts';
import type { CpuResult, MemoryResult } from './footprint.ts';
import { type Spread, threeDigits } from './statistics.ts';
import type { CallResult } from './warm-calls.ts';

export interface CallTable {
  readonly title: string;
  readonly results: readonly CallResult[];
}

export interface SandboxResults {
  readonly calls: readonly CallTable[];
  readonly firstCalls: readonly FirstCallResult[];
  readonly idleMemory: readonly MemoryResult[];
  readonly cpu: readonly CpuResult[];
  readonly killDelayMs: Spread;
}

const us = (ms: number): string => `${threeDigits(ms * 1000)} µs`;
const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function callTable({ title, results }: CallTable): string {
  const rows = results.map(({ name, wall, wallRatio, cpuMs, cpuRatio }) => [
    name,
    us(wall.median),
    `${us(wall.lowerQuartile)} – ${us(wall.upperQuartile)}`,
    times(wallRatio),
    us(cpuMs),
    times(cpuRatio),
  ]);
  return `### ${title}\n\n${table(['', 'median', 'middle half', 'ratio', 'CPU', 'CPU ratio'], rows)}`;
}

function firstCallTable(results: readonly FirstCallResult[]): string {
  const rows = results.map(({ name, files, wall, ratio }) => [
    String(files),
    name,
    `${threeDigits(wall.median)} ms`,
    `${threeDigits(wall.lowerQuartile)} – ${threeDigits(wall.upperQuartile)} ms`,
    times(ratio),
  ]);
  return table(['files', '', 'median', 'middle half', 'ratio'], rows);
}

/** Everything in which something measured beside ours was better. */
function losses({ calls, firstCalls }: SandboxResults): readonly string[] {
  const slower = calls.flatMap(({ title, results }) => {
    const ours = results.find(({ name }) => name === '@truthound/sandbox');
    return results
      .filter(({ wall }) => ours !== undefined && wall.median < ours.wall.median)
      .map(({ name, wall }) => `${title}: ${name}, ${times((ours?.wall.median ?? 0) / wall.median)} faster`);
  });
  const later = firstCalls
    .filter(({ name, ratio }) => name !== 'bare node' && ratio > 1)
    .map(
      ({ name, files, ratio }) =>
        `first call, ${String(files)} files: ${name} takes ${times(ratio)} bare Node’s time`,
    );
  return [...slower, ...later];
}

/** The results as a page. */
export function toMarkdown(results: SandboxResults): string {
  const { calls, firstCalls, idleMemory, cpu, killDelayMs } = results;
  const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${String(availableParallelism())} × ${cpus()[0]?.model ?? '?'}, load ${loadavg()[0]?.toFixed(1) ?? '?'} at the end.`;
  return `# Results of the sandbox's benchmark

${machine} All contenders of a table ran in turn in one run; ratios are medians of the rounds' own ratios to the first line. CPU
counts both sides where the other side is a process. Only the sandbox confines what it runs; the others protect from nothing.

## Warm calls

${calls.map(callTable).join('\n\n')}

## From nothing to the first answer

${firstCallTable(firstCalls)}

## Idle memory

${table(
  ['', 'PSS'],
  idleMemory.map(({ name, pssMb }) => [name, `${threeDigits(pssMb)} MiB`]),
)}

## Limits

${table(
  ['CPU asked', 'CPU used', 'host'],
  cpu.map(({ askedPercent, measuredPercent, hostPercent }) => [
    `${String(askedPercent)} %`,
    `${threeDigits(measuredPercent)} %`,
    `${threeDigits(hostPercent)} %`,
  ]),
)}

A guest that never yields was gone ${threeDigits(killDelayMs.median)} ms after its time was over (middle half ${threeDigits(killDelayMs.lowerQuartile)} – ${threeDigits(killDelayMs.upperQuartile)} ms).

## Where we lose

${losses(results)
  .map((line) => `- ${line}`)
  .join('\n')}
`;
}
