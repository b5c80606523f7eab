import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, workspaceRoot } from './workspace.ts';

let packages: string;

beforeEach(() => {
  packages = mkdtempSync(join(tmpdir(), 'truthound-boundaries-'));
  for (const file of globSync('*/package.json', { cwd: join(workspaceRoot, 'packages') })) {
    cpSync(join(workspaceRoot, 'packages', file), join(packages, file));
  }
});

afterEach(() => {
  rmSync(packages, { recursive: true });
});

describe('check-boundaries', () => {
  it('is content with the packages as they are', () => {
    expect(check()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('refuses a package that depends on a neighbour other than protocols', () => {
    declare('signing', 'dependencies', '@truthound/versioning');

    expect(check()).toMatchObject({
      exitCode: 1,
      stderr: 'packages/signing must not depend on "@truthound/versioning"\n',
    });
  });

  it('refuses a neighbour among the peers as well', () => {
    declare('lifecycle', 'peerDependencies', '@truthound/enterprise');

    expect(check().stderr).toBe('packages/lifecycle must not depend on "@truthound/enterprise"\n');
  });

  it('refuses any dependency of protocols', () => {
    declare('protocols', 'dependencies', 'semver');

    expect(check().stderr).toBe('packages/protocols must not depend on anything, but declares "semver"\n');
  });

  it('refuses a package without a place among the arrows', () => {
    cpSync(join(packages, 'signing'), join(packages, 'newcomer'), { recursive: true });

    expect(check().stderr).toContain('packages/newcomer is not in the arrow table');
  });

  it('refuses a missing package', () => {
    rmSync(join(packages, 'lifecycle'), { recursive: true });

    expect(check().stderr).toContain('packages/lifecycle is in the arrow table, but does not exist');
  });
});

function check(): ReturnType<typeof runNode> {
  return runNode(['tools/check-boundaries.ts', packages]);
}

function declare(name: string, field: 'dependencies' | 'peerDependencies', dependency: string): void {
  const file = join(packages, name, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object | undefined>;
  manifest[field] = { ...manifest[field], [dependency]: '1.0.0' };
  writeFileSync(join(dirname(file), 'package.json'), JSON.stringify(manifest));
}
