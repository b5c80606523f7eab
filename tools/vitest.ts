import { basename, join } from 'node:path';
import type { ViteUserConfig } from 'vitest/config';
import './check-node.mjs';

interface TestOptions {
  /** `false` lets test files share one module graph: faster, for packages without global state. */
  readonly isolate?: boolean;
  /** Least share of lines, functions, branches and statements that the tests reach, in percent. */
  readonly coveragePercent?: number;
  /** Whether the tests start sandboxes. @defaultValue false */
  readonly startsSandboxes?: boolean;
}

/** Neighbours resolve to their sources, so tests need no build. */
const conditions = ['@truthound/source', 'module', 'node', 'development|production'];

export function testConfig(options: TestOptions = {}): ViteUserConfig {
  const { isolate = true, coveragePercent = 95, startsSandboxes = false } = options;
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['test/**/*.test.ts'],
      globalSetup: startsSandboxes ? [join(import.meta.dirname, 'vitest-guest.ts')] : [],
      // The task runner forces colours; what a program prints must not depend on who started the tests.
      env: { FORCE_COLOR: '0' },
      isolate,
      restoreMocks: true,
      // Real processes on a busy machine take their time; a test that hangs still ends.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ['default', ...resultsFile()],
      coverage: {
        provider: 'v8',
        include: ['src/**/*.ts'],
        reporter: ['text-summary', 'json-summary', 'lcov'],
        thresholds: {
          lines: coveragePercent,
          functions: coveragePercent,
          branches: coveragePercent,
          statements: coveragePercent,
        },
      },
    },
  };
}

/** With TEST_RESULTS_DIR set, each project leaves `<folder>.json` there for `summarise-tests.ts`. */
function resultsFile(): ['json', { outputFile: string }][] {
  const folder = process.env['TEST_RESULTS_DIR'];
  if (folder === undefined) return [];
  return [['json', { outputFile: join(folder, `${basename(process.cwd())}.json`) }]];
}
