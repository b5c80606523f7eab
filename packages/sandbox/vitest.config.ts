import type { ViteUserConfig } from 'vitest/config';
import { testConfig } from '../../tools/vitest.ts';

const config: ViteUserConfig = testConfig({ startsSandboxes: true });
export default config;
