import { type ManagerParts, ProcessSandboxEngine } from '../../src/index.ts';

/** An engine that tells when a sandbox begins and has begun to start. */
export function countingEngine(count: (change: 1 | -1) => void): Partial<ManagerParts> {
  class CountingEngine extends ProcessSandboxEngine {
    override async createSandbox(
      ...given: Parameters<ProcessSandboxEngine['createSandbox']>
    ): ReturnType<ProcessSandboxEngine['createSandbox']> {
      count(1);
      try {
        return await super.createSandbox(...given);
      } finally {
        count(-1);
      }
    }
  }
  return { createEngine: () => new CountingEngine({ standby: 1 }) };
}
