import { describe, expect, it } from 'vitest';
import { runNode, type Run } from './workspace.ts';

describe('check-node', () => {
  it('stops on a Node that is too old, and says which runs, which is needed and what to do', () => {
    const { exitCode, stderr } = pretendNode('20.20.2');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('Node 20.20.2 (');
    expect(stderr).toContain('needs Node ^22.22.0 || ^24.11.0 || >=26.0.0');
    expect(stderr).toContain('npm ci');
  });

  it.each(['22.21.9', '23.11.0', '24.10.0', '25.1.0', '8.17.0'])('refuses %s', (version) => {
    expect(pretendNode(version).exitCode).toBe(1);
  });

  it.each(['22.22.0', '22.23.3', '24.11.0', '24.21.0', '26.0.0', '26.10.0', '27.0.0', '100.0.0'])(
    'accepts %s without a word',
    (version) => {
      expect(pretendNode(version)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    },
  );
});

function pretendNode(version: string): Run {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
  return runNode(['--input-type=module', '--eval', `${pretend} await import('./tools/check-node.mjs');`]);
}
