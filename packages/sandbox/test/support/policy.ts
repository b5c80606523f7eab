import { STANDARD, type SecurityPolicy, createPolicy } from '@truthound/protocols';

/** STANDARD as far as the machine that runs the tests can keep it, with no share of CPU to wait for. */
export const PROCESS_POLICY: SecurityPolicy = createPolicy({
  base: STANDARD,
  enforcement: 'best-effort',
  maxCpuPercent: Infinity,
});
