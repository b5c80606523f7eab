import { type WorkspacePackage, closureOf } from '../pack/workspace-packages.ts';
import type { Workflow } from './workflow.ts';

/** What a change of concerns every package. */
const SHARED_PATHS = ['tools/**', 'tsconfig.base.json', 'eslint.config.js', 'package-lock.json'];

/** What is wrong with the workflow of a package, each a sentence. */
export function findPackageWorkflowFaults(
  workflow: Workflow,
  of: WorkspacePackage,
  packages: readonly WorkspacePackage[],
): readonly string[] {
  const file = `${of.id}.yml`;
  const expected = [
    ...[...closureOf(of.id, packages)].sort().map((id) => `packages/${id}/**`),
    ...SHARED_PATHS,
    '.github/workflows/package.yml',
    `.github/workflows/${file}`,
  ];
  const { jobs } = workflow;
  const triggers = workflow.on as Readonly<Record<string, { readonly paths?: readonly string[] }>>;
  return [
    ...['pull_request', 'push']
      .filter((trigger) => triggers[trigger]?.paths?.join() !== expected.join())
      .map((trigger) => `${file} must run on ${trigger} with these paths:\n  ${expected.join('\n  ')}`),
    ...(jobs['package']?.uses === './.github/workflows/package.yml' &&
    jobs['package'].with?.['project'] === of.manifest.name
      ? []
      : [`${file} must call package.yml for "${of.manifest.name}"`]),
  ];
}
