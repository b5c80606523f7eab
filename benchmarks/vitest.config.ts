import type { ViteUserConfig } from 'vitest/config';
import { testConfig } from '../tools/vitest.ts';

const config: ViteUserConfig = testConfig({ isolate: false });
export default config;
