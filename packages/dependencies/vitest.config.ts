import type { ViteUserConfig } from 'vitest/config';
import { testConfig } from '../../tools/vitest.ts';

const config: ViteUserConfig = testConfig({ isolate: false, coveragePercent: 100 });
export default config;
