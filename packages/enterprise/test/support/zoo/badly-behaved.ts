import {
  PluginExecutionError,
  SandboxError,
  SandboxResourceError,
  SandboxSecurityViolation,
  SandboxTimeoutError,
} from '@truthound/protocols';
import type { Workshop } from '../workshop.ts';
import { type Inmate, withManifest } from './inmate.ts';

/** Plugins that somebody trusted has signed, and that do what they must not when they are loaded. */
export const BADLY_BEHAVED: readonly Inmate[] = [
  {
    id: 'canary-writer',
    at: 'load',
    error: SandboxSecurityViolation,
    message: /canary-writer/,
    build: withManifest('canary-writer', {}),
  },
  {
    id: 'throws',
    at: 'load',
    error: PluginExecutionError,
    message: /broken at the top/,
    build: (workshop: Workshop): Promise<unknown> =>
      workshop.plugin('throws', { code: 'throw new TypeError("broken at the top");' }),
  },
  {
    id: 'no-entry',
    at: 'load',
    error: SandboxError,
    message: /not-there\.js/,
    build: (workshop: Workshop): Promise<unknown> =>
      workshop.plugin('no-entry', { packageJson: { exports: './not-there.js' } }),
  },
  {
    id: 'crashes',
    at: 'load',
    error: SandboxError,
    message: /exit code 7/,
    build: (workshop: Workshop): Promise<unknown> => workshop.plugin('crashes', { code: 'process.exit(7);' }),
  },
  {
    id: 'hangs',
    at: 'load',
    error: SandboxTimeoutError,
    message: /hangs/,
    build: (workshop: Workshop): Promise<unknown> => workshop.plugin('hangs', { code: 'for (;;);' }),
  },
  {
    id: 'waits',
    at: 'load',
    error: SandboxTimeoutError,
    message: /waits/,
    build: (workshop: Workshop): Promise<unknown> =>
      workshop.plugin('waits', { code: 'setInterval(() => {}, 1000); await new Promise(() => {});' }),
  },
  {
    id: 'eats',
    at: 'load',
    error: SandboxResourceError,
    message: /memory/,
    build: (workshop: Workshop): Promise<unknown> =>
      workshop.plugin('eats', {
        code: 'const all = []; for (;;) all.push(new Array(100_000).fill(all.length));',
      }),
  },
];
