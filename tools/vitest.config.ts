import type { ViteUserConfig } from 'vitest/config';
import { testConfig } from './vitest.ts';

const { test, ...rest } = testConfig({ startsSandboxes: true });
// Each page that is followed starts hosts and their guests.
const config: ViteUserConfig = { ...rest, test: { ...test, maxConcurrency: 2 } };
export default config;
