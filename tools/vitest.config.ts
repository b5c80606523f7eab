import type { ViteUserConfig } from 'vitest/config';
import { testConfig } from './vitest.ts';

const config: ViteUserConfig = testConfig();
export default config;
