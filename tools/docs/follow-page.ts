/** Does what a page says, step by step, and compares what happens with what the page says of it. */
import type { CodeBlock } from './code-blocks.ts';
import { type Difference, compareScreen, findPromisedLines, findUnkeptPromise } from './expected-output.ts';
import { joinBlocks } from './joined-module.ts';
import { type Finished, PageFolder } from './page-folder.ts';
import type { PackageSource } from './package-source.ts';
import type { ModuleStep, PageFault, ShellStep, Step } from './page-steps.ts';

export interface FollowOptions {
  readonly packages: PackageSource;
  /** Whether the reader starts with nothing, and installs what the page tells him to. */
  readonly isGuide: boolean;
}

/** Follows the steps to the first one that does not do what the page says. */
export async function followPage(
  steps: readonly Step[],
  { packages, isGuide }: FollowOptions,
): Promise<readonly PageFault[]> {
  await using folder = await PageFolder.create(packages);
  if (!isGuide) await folder.installEverything();
  const faults: PageFault[] = [];
  for (const step of steps) {
    const fault = await follow(step, folder);
    if (fault === undefined) continue;
    faults.push(fault);
    // Modules stand alone; what comes after a failed command would fail for its sake.
    if (isGuide) break;
  }
  return faults;
}

async function follow(step: Step, folder: PageFolder): Promise<PageFault | undefined> {
  switch (step.kind) {
    case 'file':
      await folder.write(step.path, step.block.text);
      return undefined;
    case 'module':
      return step.runs === 'here' ? followModule(step, folder) : undefined;
    case 'shell':
      return followCommand(step, folder);
    case 'screen':
      return waitForScreen(step.screen, folder);
  }
}

async function followModule(
  { language, blocks }: ModuleStep,
  folder: PageFolder,
): Promise<PageFault | undefined> {
  const line = blocks.at(-1)?.line ?? 1;
  const { text } = joinBlocks(blocks);
  const finished = await folder.runModule(`block-${String(line)}.m${language}`, text);
  if (finished.exitCode !== 0) return { line, message: describeExit(finished, 0) };
  const promised = blocks.flatMap((block) => findPromisedLines(block.text));
  return describeDifference(line, findUnkeptPromise(promised, finished.output));
}

async function followCommand(step: ShellStep, folder: PageFolder): Promise<PageFault | undefined> {
  const { block, exitCode, isBackground, screen } = step;
  if (isBackground) {
    folder.startShell(block.text);
    return screen === undefined ? undefined : waitForScreen(screen, folder);
  }
  const finished = await folder.runShell(block.text);
  if (finished.exitCode !== exitCode) return { line: block.line, message: describeExit(finished, exitCode) };
  if (screen === undefined) return undefined;
  return describeDifference(screen.line, compareScreen(screen.text, finished.output));
}

async function waitForScreen(screen: CodeBlock, folder: PageFolder): Promise<PageFault | undefined> {
  const { isFound, output } = await folder.waitForOutput(
    (text) => compareScreen(screen.text, text) === undefined,
  );
  return isFound ? undefined : describeDifference(screen.line, compareScreen(screen.text, output));
}

function describeExit({ exitCode, output }: Finished, expected: number): string {
  const ended = exitCode === null ? 'took too long' : `ended with ${String(exitCode)}`;
  return `it ${ended}, where ${String(expected)} is right; it printed:\n${indent(output.trim().split('\n'))}`;
}

function describeDifference(line: number, difference: Difference | undefined): PageFault | undefined {
  if (difference === undefined) return undefined;
  const { expected, actual } = difference;
  return {
    line,
    message: `the page says\n${indent([expected])}\nand it printed\n${indent(actual)}`,
  };
}

function indent(lines: readonly string[]): string {
  return lines.length === 0 ? '  (nothing)' : lines.map((line) => `  ${line}`).join('\n');
}
