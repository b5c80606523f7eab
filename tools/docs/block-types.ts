/**
 * The types of a page's TypeScript, as its reader's compiler sees them: `strict`, each block its own module,
 * packages by name. The blocks are never written; the compiler is shown files that are not there.
 *
 * @module
 */
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { joinBlocks } from './joined-module.ts';
import type { PageFault, Step } from './page-steps.ts';

/** Steps of one page, which may be asked about together with those of others: what they import is read once. */
export interface TypedPage {
  /** Name of the page, unique. */
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Unit {
  readonly page: string;
  readonly file: string;
  readonly text: string;
  readonly pageLines: readonly number[];
  /** Faults above this line are told of the block that this one continues. */
  readonly firstLine: number;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@truthound/source'],
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  allowJs: true,
  checkJs: true,
  resolveJsonModule: true,
  erasableSyntaxOnly: true,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The faults of each page, by its name. */
export function checkTypes(
  pages: readonly TypedPage[],
  workspace: string,
): ReadonlyMap<string, readonly PageFault[]> {
  const files = new Map<string, string>();
  const units = pages.flatMap((page) => unitsOf(page, join(workspace, 'docs', '.snippets'), files));
  const program = ts.createProgram(
    units.map(({ file }) => file),
    OPTIONS,
    createHost(files, workspace),
  );
  const faults = new Map(pages.map(({ name }) => [name, [] as PageFault[]]));
  for (const unit of units) faults.get(unit.page)?.push(...findFaults(program, unit));
  return faults;
}

/** What is checked of a page. Each unit has a folder of its own, with the files that the page wrote so far. */
function unitsOf({ name, steps }: TypedPage, root: string, files: Map<string, string>): readonly Unit[] {
  const units: Unit[] = [];
  const written = new Map<string, string>();
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'file' && step.kind !== 'module') continue;
    const folder = join(root, name.replaceAll('/', '+'), String(index));
    if (step.kind === 'file') written.set(step.path, step.block.text);
    for (const [path, text] of written) files.set(join(folder, path), text);
    const unit = step.kind === 'file' ? fileUnit(step) : moduleUnit(step);
    if (unit === undefined) continue;
    const file = join(folder, unit.path);
    files.set(file, unit.text);
    units.push({ page: name, file, ...unit });
  }
  return units;
}

type UnitText = Omit<Unit, 'page' | 'file'> & { readonly path: string };

function fileUnit({ path, block }: Extract<Step, { kind: 'file' }>): UnitText | undefined {
  if (!/\.[cm]?ts$/.test(path)) return undefined;
  const pageLines = block.text.split('\n').map((_, index) => block.line + index);
  return { path, text: block.text, pageLines, firstLine: block.line };
}

/** JavaScript that is run shows by itself whether it is right. */
function moduleUnit({ language, runs, blocks }: Extract<Step, { kind: 'module' }>): UnitText | undefined {
  if (language === 'js' && runs !== 'never') return undefined;
  return { path: `block.m${language}`, ...joinBlocks(blocks), firstLine: blocks.at(-1)?.line ?? 1 };
}

function findFaults(program: ts.Program, { file, pageLines, firstLine }: Unit): readonly PageFault[] {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`the compiler does not know ${file}`);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    .map(({ start = 0, messageText, code }) => ({
      line: pageLines[source.getLineAndCharacterOfPosition(start).line] ?? firstLine,
      message: `TS${String(code)}: ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`,
    }))
    .filter(({ line }) => line >= firstLine);
}

function createHost(files: ReadonlyMap<string, string>, workspace: string): ts.CompilerHost {
  const folders = new Set([...files.keys()].flatMap((file) => foldersAbove(file, workspace)));
  const host = ts.createCompilerHost(OPTIONS);
  return {
    ...host,
    getCurrentDirectory: () => workspace,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile: (file) => files.get(file) ?? host.readFile(file),
    directoryExists: (folder) => folders.has(folder) || host.directoryExists?.(folder) !== false,
    getSourceFile: (file, options, ...rest) => {
      const text = files.get(file);
      return text === undefined
        ? host.getSourceFile(file, options, ...rest)
        : ts.createSourceFile(file, text, options);
    },
  };
}

function foldersAbove(file: string, root: string): readonly string[] {
  const folder = dirname(file);
  return folder.length <= root.length ? [] : [folder, ...foldersAbove(folder, root)];
}
