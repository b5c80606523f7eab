import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import type { LinuxArchitecture } from '../../src/kernel/linux-architecture.ts';
import { compileSeccompFilter } from '../../src/kernel/seccomp-filter.ts';
import { buildSeccompRules } from '../../src/kernel/seccomp-rules.ts';
import { listGuestNodes } from './guest-nodes.ts';

// Each test starts a Node of its own, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const BUBBLEWRAP = [
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--unshare-all',
  '--die-with-parent',
];

function hasBubblewrap(): boolean {
  return process.platform === 'linux' && spawnSync('bwrap', [...BUBBLEWRAP, '/bin/true']).status === 0;
}

/** Runs a script in bubblewrap behind the filter that is meant for before the guest's program. */
function runBehindFilter(
  nodePath: string,
  script: string,
): { status: number | null; stdout: string; stderr: string } {
  const program = compileSeccompFilter(
    buildSeccompRules({
      arch: process.arch as LinuxArchitecture,
      deniedSyscalls: ['fork', 'vfork', 'clone', 'execve', 'execveat'],
      allowNetwork: false,
      allowSubprocess: false,
      afterExec: false,
    }),
  );
  const path = join(fs.mkdtempSync(join(tmpdir(), 'truthound-filter-')), 'filter.bpf');
  fs.writeFileSync(path, program);
  const descriptor = fs.openSync(path, 'r');
  try {
    return spawnSync('bwrap', [...BUBBLEWRAP, '--seccomp', '3', nodePath, '--no-warnings', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe', descriptor],
      encoding: 'utf8',
    });
  } finally {
    fs.closeSync(descriptor);
    fs.rmSync(join(path, '..'), { recursive: true });
  }
}

describe.skipIf(!hasBubblewrap()).each(listGuestNodes())(
  'a filter that bubblewrap installs before Node $version',
  (node) => {
    it('lets Node start and work, and starts no other program', () => {
      const script = `(async () => {
      const { spawnSync } = require('child_process');
      const net = require('net');
      const { promisify } = require('util');
      const tried = (act) => { try { return act() } catch (error) { return error.code } };
      const listened = await new Promise((resolve) => net.createServer().on('error', (error) => resolve(error.code)).listen(0, () => resolve('listening')));
      const zipped = await promisify(require('zlib').gzip)('x');
      const worker = await new Promise((resolve) => new (require('worker_threads').Worker)('process.exit(7)', { eval: true }).on('exit', resolve));
      const read = await require('fs').promises.readFile('/proc/self/status', 'utf8');
      console.log(JSON.stringify({ spawned: spawnSync('/bin/true').error.code, listened, zipped: zipped.length > 0, worker, filters: /Seccomp:\\s+(\\d)/.exec(read)[1] }));
    })()`;
      const { status, stdout, stderr } = runBehindFilter(node.path, script);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        spawned: 'EPERM',
        listened: 'EPERM',
        zipped: true,
        worker: 7,
        filters: '2',
      });
    });

    it('leaves the guest able to abort, with the signal that says why', () => {
      const { status } = runBehindFilter(node.path, 'process.abort()');
      expect(status).toBe(128 + 6);
    });
  },
);
