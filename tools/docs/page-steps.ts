/**
 * What a page asks its reader to do, in order.
 *
 * | Block                      | Step                                                                         |
 * | -------------------------- | ---------------------------------------------------------------------------- |
 * | `ts`, `js`                 | a module of its own, which is run; what its comments say, it has to print    |
 * | `ts no-run`, `js no-run`   | is only type-checked                                                         |
 * | `ts continued`             | goes on where the block before it ended, with its names                      |
 * | `ts later`                 | is run together with the one that continues it, further down                 |
 * | any language, `file=<path>`| is written to that file                                                      |
 * | `sh`                       | is run in guides; elsewhere only as `sh run`, and in guides not as `sh no-run` |
 * | `sh exit=1`                | ends with that code                                                          |
 * | `sh background`            | keeps running to the end of the page                                         |
 * | `text` after `sh`          | is what that prints                                                          |
 * | `text background`          | is what the one in the background prints next                                |
 *
 * @module
 */
import { type CodeBlock, findCodeBlocks } from './code-blocks.ts';

export interface FileStep {
  readonly kind: 'file';
  readonly path: string;
  readonly block: CodeBlock;
}

export interface ModuleStep {
  readonly kind: 'module';
  readonly language: 'ts' | 'js';
  /** Where it is run: with the last of those that continue it, if any do. */
  readonly runs: 'here' | 'later' | 'never';
  /** The block, after those that it continues. */
  readonly blocks: readonly CodeBlock[];
}

export interface ShellStep {
  readonly kind: 'shell';
  readonly block: CodeBlock;
  readonly exitCode: number;
  readonly isBackground: boolean;
  /** What the page says that it prints. */
  readonly screen?: CodeBlock;
}

/** Something that the one in the background prints. */
export interface ScreenStep {
  readonly kind: 'screen';
  readonly screen: CodeBlock;
}

export type Step = FileStep | ModuleStep | ShellStep | ScreenStep;

export interface PageSteps {
  readonly steps: readonly Step[];
  readonly faults: readonly PageFault[];
}

/** What is wrong with a page, and in which line of it. */
export interface PageFault {
  readonly line: number;
  readonly message: string;
}

const MODULES: readonly string[] = ['ts', 'js'];
const SHELL: readonly string[] = ['sh'];
/** Which languages a word may stand after. */
const WORDS: readonly (readonly [word: RegExp, languages: readonly string[]])[] = [
  [/^no-run$/, [...MODULES, ...SHELL]],
  [/^run$/, SHELL],
  [/^continued$/, MODULES],
  [/^later$/, MODULES],
  [/^exit=\d{1,3}$/, SHELL],
  [/^background$/, [...SHELL, 'text']],
];
const FILE = 'file=';

/** Reads a page. In a guide, commands are run unless told otherwise. */
export function readPage(page: string, { isGuide }: { readonly isGuide: boolean }): PageSteps {
  const blocks = findCodeBlocks(page);
  const steps: Step[] = [];
  const faults: PageFault[] = [];
  for (const [index, block] of blocks.entries()) {
    const unknown = block.words.find((word) => !isKnown(word, block.language));
    if (unknown !== undefined) {
      faults.push({ line: block.line, message: `"${unknown}" says nothing of a block of ${block.language}` });
      continue;
    }
    const step = toStep(block, blocks[index + 1], steps, isGuide);
    if (typeof step === 'string') faults.push({ line: block.line, message: step });
    else if (step !== undefined) steps.push(step);
  }
  const settled = steps.map((step) =>
    step.kind === 'module' && isContinued(step, steps) ? { ...step, runs: 'later' as const } : step,
  );
  for (const step of steps) {
    if (step.kind !== 'module' || step.runs !== 'later' || isContinued(step, steps)) continue;
    const line = step.blocks.at(-1)?.line ?? 1;
    faults.push({ line, message: 'nothing continues it: it would never be run' });
  }
  return { steps: settled, faults };
}

/** Whether a module is run as a part of a later one. */
function isContinued(step: Step, steps: readonly Step[]): boolean {
  if (step.kind !== 'module') return false;
  const last = step.blocks.at(-1);
  return steps.some(
    (other) =>
      other !== step &&
      other.kind === 'module' &&
      other.runs === 'here' &&
      other.blocks.some((block) => block === last),
  );
}

function isKnown(word: string, language: string): boolean {
  if (word.startsWith(FILE)) return true;
  return WORDS.some(([pattern, languages]) => pattern.test(word) && languages.includes(language));
}

/** The step of a block; none where it is only to be read, and a fault where it cannot be one. */
function toStep(
  block: CodeBlock,
  next: CodeBlock | undefined,
  before: readonly Step[],
  isGuide: boolean,
): Step | string | undefined {
  const { language, words } = block;
  const file = words.find((word) => word.startsWith(FILE));
  if (file !== undefined) return { kind: 'file', path: file.slice(FILE.length), block };
  if (language === 'ts' || language === 'js') return toModule(block, language, before);
  if (language === 'sh') return toCommand(block, next, isGuide);
  if (language !== 'text' || !words.includes('background')) return undefined;
  const isRunning = before.some((step) => step.kind === 'shell' && step.isBackground);
  return isRunning ? { kind: 'screen', screen: block } : 'nothing runs in the background';
}

function toModule(block: CodeBlock, language: 'ts' | 'js', before: readonly Step[]): ModuleStep | string {
  const { words } = block;
  const runs = words.includes('no-run') ? 'never' : words.includes('later') ? 'later' : 'here';
  if (!words.includes('continued')) return { kind: 'module', language, runs, blocks: [block] };
  const previous = before.findLast((step) => step.kind === 'module');
  if (previous?.language !== language)
    return `there is no block of ${language} before it that it could continue`;
  if (runs !== 'never' && previous.runs === 'never')
    return 'it continues a block that is not run: mark both no-run, or none';
  return { kind: 'module', language, runs, blocks: [...previous.blocks, block] };
}

function toCommand(block: CodeBlock, next: CodeBlock | undefined, isGuide: boolean): ShellStep | undefined {
  const { words } = block;
  if (!(isGuide ? !words.includes('no-run') : words.includes('run'))) return undefined;
  const exit = words.find((word) => word.startsWith('exit='));
  const hasScreen = next?.language === 'text' && !next.words.includes('background');
  return {
    kind: 'shell',
    block,
    exitCode: exit === undefined ? 0 : Number(exit.slice('exit='.length)),
    isBackground: words.includes('background'),
    ...(hasScreen ? { screen: next } : {}),
  };
}
