import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { STANDARD, createPolicy } from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantPaths } from '../../src/confinement/granted-paths.ts';
import { ProcessSandboxEngine } from '../../src/index.ts';

let root: string;
const at = (name: string): string => join(root, name);
const policyWith = (
  allowedPaths: readonly string[],
  writablePaths: readonly string[] = [],
): typeof STANDARD =>
  createPolicy({
    base: STANDARD,
    enforcement: 'best-effort',
    maxCpuPercent: Infinity,
    allowedPaths,
    writablePaths,
  });

beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'granted-')));
  for (const folder of ['data', 'other', 'out']) fs.mkdirSync(at(folder));
  fs.writeFileSync(at('data/numbers.txt'), '1 2 3');
  fs.writeFileSync(at('other/secret.txt'), 'secret');
  fs.symlinkSync(at('data'), at('link'));
  fs.symlinkSync(at('circle'), at('circle'));
});

afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

describe('the paths that a policy grants', () => {
  it('are resolved, and each is granted once', async () => {
    const granted = await grantPaths(policyWith([at('link'), at('data')], [at('out')]), 'p');
    expect(granted).toEqual({ read: [at('data')], write: [at('out')], notes: {} });
  });

  it('grant nothing where they are not there, and the report is to say so', async () => {
    const granted = await grantPaths(policyWith([at('none')], [at('data/numbers.txt/none')]), 'p');
    expect(granted).toEqual({
      read: [],
      write: [],
      notes: {
        fileRead: `nothing is granted for what does not exist: ${at('none')}`,
        fileWrite: `nothing is granted for what does not exist: ${at('data/numbers.txt/none')}`,
      },
    });
  });

  it('are refused where they lead in a circle, naming the path and the fields', async () => {
    const refusal = grantPaths(policyWith([at('circle')]), 'looped');
    await expect(refusal).rejects.toThrow(`plugin "looped" grants ${at('circle')}`);
    await expect(refusal).rejects.toThrow(/ELOOP.*correct allowedPaths or writablePaths/);
  });
});

describe.runIf(process.platform === 'linux')('a sandbox that is granted a link', () => {
  const read = (path: string): string => {
    try {
      return globalThis.process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('reads what the link led to when it was made, and nothing else when the link is turned', async () => {
    const policy = createPolicy({ base: policyWith([at('link')]), allowedModules: ['node:fs'] });
    await using engine = new ProcessSandboxEngine();
    const context = await engine.createSandbox('links', policy);
    expect(await engine.execute(context, read, at('data/numbers.txt'))).toBe('1 2 3');
    fs.unlinkSync(at('link'));
    fs.symlinkSync(at('other'), at('link'));
    expect(await engine.execute(context, read, at('link/secret.txt'))).not.toBe('secret');
    expect(await engine.execute(context, read, at('other/secret.txt'))).not.toBe('secret');
  });

  it('is told by its report which paths grant nothing', async () => {
    await using engine = new ProcessSandboxEngine();
    const context = await engine.createSandbox('absent', policyWith([at('none')]));
    expect(context.enforcement.fileRead.detail).toContain(`does not exist: ${at('none')}`);
  });
});
