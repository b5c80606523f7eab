import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, workspaceRoot } from './workspace.ts';

interface CruiseResult {
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string } }[] };
}

/** A workspace of its own, so that nothing can be left behind in the real one. */
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'truthound-imports-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json']) {
    write(file, readFileSync(join(workspaceRoot, file), 'utf8'));
  }
  mkdirSync(join(workspace, 'node_modules/@truthound'), { recursive: true });
  for (const name of ['protocols', 'signing', 'versioning', 'sandbox', 'enterprise']) {
    write(
      `packages/${name}/package.json`,
      readFileSync(join(workspaceRoot, `packages/${name}/package.json`), 'utf8'),
    );
    write(`packages/${name}/src/index.ts`, 'export const value = 1;\n');
    symlinkSync(join(workspace, 'packages', name), join(workspace, 'node_modules/@truthound', name));
  }
});

afterEach(() => {
  rmSync(workspace, { recursive: true });
});

describe('the import rules', () => {
  it('let enterprise reach everything, and the others protocols', () => {
    write(
      'packages/enterprise/src/composition.ts',
      "import '@truthound/signing';\nimport '@truthound/protocols';\n",
    );
    write('packages/signing/src/a.ts', "import '@truthound/protocols';\nimport 'node:fs';\n");

    expect(brokenRules()).toEqual([]);
  });

  it('let only the composition name the classes of the others', () => {
    write('packages/enterprise/src/a.ts', "import '@truthound/signing';\n");

    expect(brokenRules()).toEqual(['one-composition-root']);
  });

  it('refuse an import of a neighbour', () => {
    write('packages/signing/src/a.ts', "import '@truthound/versioning';\n");

    expect(brokenRules()).toEqual(['only-through-protocols']);
  });

  it('refuse an import of a type of a neighbour', () => {
    write('packages/signing/src/a.ts', "export type { value } from '@truthound/enterprise';\n");

    expect(brokenRules()).toEqual(['only-through-protocols']);
  });

  it('refuse a path into the folder of another package', () => {
    write('packages/signing/src/a.ts', "import '../../protocols/src/index.ts';\n");

    expect(brokenRules()).toEqual(['neighbours-by-name']);
  });

  it('refuse a Node module in protocols', () => {
    write('packages/protocols/src/a.ts', "import 'node:fs';\n");

    expect(brokenRules()).toEqual(['protocols-runs-anywhere']);
  });

  it('refuse any neighbour in protocols', () => {
    write('packages/protocols/src/a.ts', "import '@truthound/signing';\n");

    expect(brokenRules()).toEqual(['only-through-protocols', 'protocols-runs-anywhere']);
  });

  it('refuse a cycle', () => {
    write('packages/signing/src/a.ts', "import './b.ts';\n");
    write('packages/signing/src/b.ts', "import './a.ts';\n");

    expect(brokenRules()).toEqual(['no-cycles']);
  });

  it('refuse a test imported by source', () => {
    write('packages/signing/test/a.ts', 'export const value = 1;\n');
    write('packages/signing/src/a.ts', "import '../test/a.ts';\n");

    expect(brokenRules()).toEqual(['source-not-test']);
  });

  it('refuse code of the host side inside the guest', () => {
    write('packages/sandbox/src/guest/main.ts', "import '../index.ts';\n");

    expect(brokenRules()).toEqual(['guest-stands-alone']);
  });

  it('refuse an import that leads nowhere', () => {
    write('packages/signing/src/a.ts', "import './missing.ts';\n");

    expect(brokenRules()).toEqual(['resolvable']);
  });
});

function brokenRules(): string[] {
  const cruiser = join(workspaceRoot, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const run = runNode(
    [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages'],
    workspace,
  );
  const { summary } = JSON.parse(run.stdout) as CruiseResult;
  return [...new Set(summary.violations.map((violation) => violation.rule.name))].sort();
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(workspace, file)), { recursive: true });
  writeFileSync(join(workspace, file), text);
}
